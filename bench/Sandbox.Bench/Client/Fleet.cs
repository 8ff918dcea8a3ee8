using System.Globalization;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;

namespace GovernedFinetune.Bench.Client;

/// <summary>Many runs in one namespace, made as a pipeline (by server-side apply) and the operator would make them, with the whole status.</summary>
internal static class Fleet
{
    /// <summary>Collection of the runs, as the store calls it.</summary>
    public const string Collection = "finetuneruns.governedfinetune.io";

    /// <summary>Path of the runs.</summary>
    public const string Path = "/apis/governedfinetune.io/v1alpha1/namespaces/default/finetuneruns";

    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private const string MergePatch = "application/merge-patch+json";

    /// <summary>Path of one run.</summary>
    public static string Run(int number) => string.Create(CultureInfo.InvariantCulture, $"{Path}/risk-factors-{number:00000}");

    /// <summary>Makes the definition and the runs. Three writes a run.</summary>
    /// <param name="client">The client.</param>
    /// <param name="count">How many runs.</param>
    /// <param name="cancellationToken">Stops the making.</param>
    public static async Task MakeAsync(KubeClient client, int count, CancellationToken cancellationToken)
    {
        await client.SendAsync(HttpMethod.Post, Definitions, Read("finetuneruns.governedfinetune.io.yaml").ToText(), "application/json", cancellationToken);
        var sample = Read("run.yaml");
        var status = new JsonObject { ["status"] = sample["status"]!.DeepClone() }.ToText();
        _ = sample.Remove("status");
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken }, async (i, token) =>
        {
            var run = sample.Copy();
            run["metadata"]!["name"] = Run(i)[(Path.Length + 1)..];
            await client.SendAsync(HttpMethod.Patch, $"{Run(i)}?fieldManager=pipelines", run.ToText(), "application/apply-patch+yaml", token);
            await client.SendAsync(HttpMethod.Patch, $"{Run(i)}?fieldManager=governed-finetune", """{"metadata":{"finalizers":["governedfinetune.io/run"]}}""", MergePatch, token);
            await client.SendAsync(HttpMethod.Patch, $"{Run(i)}/status?fieldManager=governed-finetune", status, MergePatch, token);
        });
    }

    /// <summary>Reports progress of a run, as the operator does most often: a merge patch of four status members.</summary>
    /// <param name="client">The client.</param>
    /// <param name="number">Which run.</param>
    /// <param name="step">The step; another one each time, or nothing changes.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public static Task ProgressAsync(KubeClient client, int number, long step, CancellationToken cancellationToken) => client.SendAsync(
        HttpMethod.Patch,
        $"{Run(number)}/status?fieldManager=governed-finetune",
        string.Create(CultureInfo.InvariantCulture, $$"""{"status": {"training": {"progress": {"percent": {{step % 101}}, "step": {{step}}, "etaSeconds": {{step % 977}} }, "metrics": {"trainLoss": "1.{{step % 10000:0000}}"} } } }"""),
        MergePatch,
        cancellationToken);

    private static JsonObject Read(string sample) =>
        YamlReading.Parse(File.ReadAllText(System.IO.Path.Combine(AppContext.BaseDirectory, "Samples", sample)))!.AsObject();
}
