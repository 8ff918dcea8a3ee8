using System.Diagnostics;
using k8s;

namespace GovernedFinetune.Operator.Tests.Docs;

/// <summary>A test that needs the helm that scripts/tools.sh fetches; `make test` does that first.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class HelmFactAttribute : FactAttribute
{
    public HelmFactAttribute()
    {
        if (!File.Exists(Helm.Program))
        {
            Skip = "helm is not there; run scripts/tools.sh.";
        }
    }
}

/// <summary>The real helm on the chart of this repository.</summary>
internal static class Helm
{
    public static readonly string Program = Repository.PathOf(".tools/bin/helm");

    private static readonly string Chart = Repository.PathOf("charts/governed-finetune");

    public static readonly string ExampleValues = Path.Combine(Chart, "ci", "example-values.yaml");

    /// <summary>The objects of a rendered release <c>it</c> in namespace <c>somewhere</c>.</summary>
    public static async Task<List<object>> RenderAsync(params string[] arguments)
    {
        var (code, output, error) = await RunAsync(["template", "it", Chart, "--namespace", "somewhere", "--values", ExampleValues, .. arguments]);
        Assert.True(code == 0, error);
        return KubernetesYaml.LoadAllFromString(output, strict: true);
    }

    public static Task<(int Code, string Output, string Error)> LintAsync(params string[] arguments) => RunAsync(["lint", Chart, .. arguments]);

    public static Task<(int Code, string Output, string Error)> TemplateAsync(params string[] arguments) => RunAsync(["template", "it", Chart, .. arguments]);

    private static async Task<(int Code, string Output, string Error)> RunAsync(IEnumerable<string> arguments)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var helm = Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = helm.StandardOutput.ReadToEndAsync(limit.Token);
        var error = helm.StandardError.ReadToEndAsync(limit.Token);
        await helm.WaitForExitAsync(limit.Token);
        return (helm.ExitCode, await output, await error);
    }
}
