using GovernedFinetune.EndToEnd.Tests.Support;

namespace GovernedFinetune.EndToEnd.Tests;

public sealed class CommandLineTests(World world) : WorldTests(world)
{
    [Fact]
    public async Task Explain_prints_the_documentation_of_a_field()
    {
        var text = await World.KubectlAsync("explain", "finetunerun.spec.training");
        Assert.Contains("instanceType", text, StringComparison.Ordinal);
        Assert.Contains("DESCRIPTION:", text, StringComparison.Ordinal);
        Assert.Contains("-required-", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""spec["training"]["instanceType"]""", "spec.training.instanceType")]
    [InlineData("""spec["source"]["table"]""", "spec.source.table")]
    public async Task A_resource_that_breaks_the_schema_is_refused_at_apply_with_the_field_named(string field, string named)
    {
        var manifest = Manifests.Run("broken", spec =>
        {
            var parent = spec[field.Split('"')[1]]!.AsObject();
            parent[field.Split('"')[3]] = "not a fitting value";
        });
        var result = await World.TryKubectlAsync(["apply", "-f", "-"], manifest.ToJsonString());
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(named, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_misspelt_field_is_refused_and_named()
    {
        var manifest = Manifests.Run("misspelt", spec => spec["souce"] = "x");
        var result = await World.TryKubectlAsync(["apply", "-f", "-"], manifest.ToJsonString());
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("""unknown field "spec.souce""", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_spec_cannot_be_changed_after_creation()
    {
        _ = await World.ApplyAsync(Manifests.Run("fixed", spec => spec["grant"] = "nobody-made-this"));
        var result = await World.TryKubectlAsync(
            ["patch", "finetunerun", "fixed", "-n", World.Namespace, "--type=merge", "-p", """{"spec":{"source":{"filter":"year > 1"}}}"""]);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("spec.source", result.Error, StringComparison.Ordinal);
        Assert.Contains("immutable", result.Error, StringComparison.OrdinalIgnoreCase);
        _ = await World.KubectlAsync("delete", "finetunerun", "fixed", "-n", World.Namespace, "--timeout=60s");
    }

    [Fact]
    public async Task Describe_shows_the_events_of_a_run()
    {
        _ = await World.ApplyAsync(Manifests.Run("eventful", spec =>
        {
            spec["training"]!["instanceType"] = "ml.m5.large";
            spec["grant"] = "sotu";
        }));
        _ = await World.ApplyAsync(Manifests.Grant("sotu", World.Principal));
        _ = await World.WaitForRunAsync("eventful", r => r.HasEnded, "ended");
        var text = await World.KubectlAsync("describe", "finetunerun", "eventful", "-n", World.Namespace);
        Assert.Contains("InstanceTypeNotAllowed", text[text.IndexOf("Events:", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"profiles": []}""", "profiles has 0 items; expected at least 1")]
    [InlineData("""{"profiles": [{"name": "default", "namespaces": ["*"], "catalog": {"host": "http://catalog.example/api"}}]}""", "profiles[0].catalog.host")]
    [InlineData("""{"profile": []}""", "profiles is missing")]
    [InlineData("{", "is not JSON, at line 1")]
    public async Task A_broken_configuration_stops_the_operator_at_its_start(string configuration, string message)
    {
        var file = Path.Combine(World.State, $"broken-{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(file, configuration);
        var result = await Command.RunAsync("dotnet", [Repository.Program("Operator"), "--config", file, "--urls", "http://127.0.0.1:0"]);
        Assert.Equal(64, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Contains(file, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_demonstration_holds()
    {
        var state = Path.Combine(World.State, "demo");
        var result = await Command.RunAsync("python3", ["-m", "demo", "run", "--state-dir", state, "--configuration", Repository.Configuration]);
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Contains("=== All of it holds", result.Output, StringComparison.Ordinal);
    }
}
