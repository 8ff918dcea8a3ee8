using System.Text.Json.Nodes;

namespace GovernedFinetune.EndToEnd.Tests.Support;

/// <summary>
/// A furnished sandbox with the operator beside it, processes of their own, brought up as <c>make sandbox</c> does. The
/// cluster is the sandbox's, or the one that <c>KUBECONFIG</c> names.
/// </summary>
public class World : IAsyncLifetime
{
    public const string Namespace = "credit-risk";

    private readonly string _state = Path.Combine(Path.GetTempPath(), "governed-finetune-e2e-" + Guid.NewGuid().ToString("N")[..8]);
    private Cloud? _cloud;

    public World()
        : this(Environment.GetEnvironmentVariable("KUBECONFIG"))
    {
    }

    private protected World(string? cluster)
    {
        GivenCluster = string.IsNullOrEmpty(cluster) ? null : cluster;
        Requests = new RequestLog(Path.Combine(_state, "requests.jsonl"));
    }

    /// <summary>The application id of the profile's service principal.</summary>
    internal string Principal => Cloud.Principal;

    /// <summary>The sandbox's catalog and AWS.</summary>
    internal Cloud Cloud => _cloud!;

    /// <summary>The kubeconfig of a cluster that is not the sandbox's; null for the sandbox's.</summary>
    internal string? GivenCluster { get; }

    /// <summary>What the sandbox was asked. On another cluster it has no line about Kubernetes.</summary>
    internal RequestLog Requests { get; }

    internal string State => _state;

    internal string Kubeconfig => GivenCluster ?? Path.Combine(_state, "kubeconfig");

    public virtual async Task InitializeAsync()
    {
        _ = await Command.MustAsync(Path.Combine(Repository.Root, "scripts", "tools.sh"), []);
        _ = await DemoAsync(["up", .. GivenCluster is null ? Array.Empty<string>() : ["--kubeconfig", GivenCluster]]);
        _cloud = await Cloud.OfAsync(_state);
    }

    public virtual async Task DisposeAsync()
    {
        _ = await DemoAsync("down");
        Directory.Delete(_state, recursive: true);
    }

    // --- the operators -----------------------------------------------------------------------------------------------

    /// <summary>The operator of a name; the first is <c>operator</c>.</summary>
    internal OperatorProcess Operator(string name = "operator") => new(this, name);

    internal Task<string> DemoAsync(params string[] arguments) =>
        Command.MustAsync("python3", ["-m", "demo", .. arguments, "--state-dir", _state, "--configuration", Repository.Configuration]);

    // --- kubectl -----------------------------------------------------------------------------------------------------

    internal Task<CommandResult> TryKubectlAsync(IEnumerable<string> arguments, string? input = null) =>
        Command.RunAsync(Repository.Kubectl, arguments, input, KubectlEnvironment());

    internal Task<string> KubectlAsync(IEnumerable<string> arguments, string? input = null) =>
        Command.MustAsync(Repository.Kubectl, arguments, input, KubectlEnvironment());

    internal Task<string> KubectlAsync(params string[] arguments) => KubectlAsync(arguments.AsEnumerable());

    internal Task<string> ApplyAsync(JsonObject manifest) => KubectlAsync(["apply", "-f", "-"], manifest.ToJsonString());

    /// <summary>Waits until a run is as wanted. The limit is far beyond what it takes; it only ends a test that hangs.</summary>
    internal async Task<JsonNode> WaitForRunAsync(string name, Func<RunView, bool> wanted, string what, string @namespace = Namespace)
    {
        var run = new JsonObject() as JsonNode;
        await Patience.UntilAsync(
            async () => wanted(new RunView(run = JsonNode.Parse(await KubectlAsync("get", "finetunerun", name, "-n", @namespace, "-o", "json"))!)),
            () => $"Run {name} did not become {what}. It is:\n{run["status"]?.ToJsonString()}");
        return run;
    }

    // --- the cloud ---------------------------------------------------------------------------------------------------

    /// <summary>Asserts that no job was started and no governed object touched since a line of the request log.</summary>
    internal async Task NothingWasStartedAsync(int after)
    {
        var since = await Requests.ReadAsync(after);
        Assert.DoesNotContain(since, r => r.Operation is "emr-serverless:StartJobRun" or "sagemaker:CreateTrainingJob");
        Assert.DoesNotContain(since, r => r.Operation.StartsWith("s3:", StringComparison.Ordinal) && r.Resource.StartsWith("s3://governed", StringComparison.Ordinal));
    }

    private Dictionary<string, string> KubectlEnvironment() => new() { ["KUBECONFIG"] = Kubeconfig };
}

/// <summary>A world whose cluster is the sandbox's, whatever <c>KUBECONFIG</c> says: for tests that break it, or measure it by its log.</summary>
public class SandboxWorld() : World(cluster: null);

/// <summary>One world for all tests that only use it: each uses objects of its own.</summary>
[CollectionDefinition(nameof(World))]
public sealed class WorldCollection : ICollectionFixture<World>;
