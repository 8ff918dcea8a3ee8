using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.SageMaker;
using Amazon.SageMaker.Model;

namespace GovernedFinetune.EndToEnd.Tests.Support;

/// <summary>
/// A furnished sandbox with the operator beside it, both processes of their own, brought up as <c>make sandbox</c> does.
/// One for all tests: each test uses objects of its own.
/// </summary>
public sealed class World : IAsyncLifetime
{
    public const string Namespace = "credit-risk";

    private readonly string _state = Path.Combine(Path.GetTempPath(), "governed-finetune-e2e-" + Guid.NewGuid().ToString("N")[..8]);
    private JsonNode _endpoints = new JsonObject();
    private HttpClient? _catalog;

    /// <summary>The application id of the profile's service principal.</summary>
    public string Principal { get; private set; } = "";

    internal HttpClient Catalog => _catalog!;

    internal string State => _state;

    public async Task InitializeAsync()
    {
        _ = await Command.MustAsync(Path.Combine(Repository.Root, "scripts", "tools.sh"), []);
        _ = await Demo("up");
        _endpoints = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_state, "endpoints.json")))!;
        Principal = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_state, "world.json")))!["principal"]!.GetValue<string>();
        _catalog = new HttpClient { BaseAddress = new Uri(Endpoint("catalog")) };
        _catalog.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Endpoint("adminToken"));
    }

    public async Task DisposeAsync()
    {
        _catalog?.Dispose();
        _ = await Demo("down");
        Directory.Delete(_state, recursive: true);
    }

    internal Task<string> Demo(string command) =>
        Command.MustAsync("python3", ["-m", "demo", command, "--state-dir", _state, "--configuration", Repository.Configuration]);

    // --- kubectl -----------------------------------------------------------------------------------------------------

    internal Task<CommandResult> TryKubectlAsync(IEnumerable<string> arguments, string? input = null) =>
        Command.RunAsync(Repository.Kubectl, arguments, input, Kubeconfig());

    internal Task<string> KubectlAsync(IEnumerable<string> arguments, string? input = null) =>
        Command.MustAsync(Repository.Kubectl, arguments, input, Kubeconfig());

    internal Task<string> KubectlAsync(params string[] arguments) => KubectlAsync(arguments.AsEnumerable());

    internal Task<string> ApplyAsync(JsonObject manifest) => KubectlAsync(["apply", "-f", "-"], manifest.ToJsonString());

    /// <summary>Waits until a run is as wanted. The limit is far beyond what it takes; it only ends a test that hangs.</summary>
    internal async Task<JsonNode> WaitForRunAsync(string name, Func<RunView, bool> wanted, string what, string @namespace = Namespace)
    {
        var giveUp = Environment.TickCount64 + (long)TimeSpan.FromMinutes(2).TotalMilliseconds;
        while (true)
        {
            var run = JsonNode.Parse(await KubectlAsync("get", "finetunerun", name, "-n", @namespace, "-o", "json"))!;
            if (wanted(new RunView(run)))
            {
                return run;
            }

            Assert.True(Environment.TickCount64 < giveUp, $"Run {name} did not become {what}. It is:\n{run["status"]?.ToJsonString()}");
            await Task.Delay(TimeSpan.FromMilliseconds(150));
        }
    }

    // --- the sandbox -------------------------------------------------------------------------------------------------

    /// <summary>The request log as it is now.</summary>
    internal async Task<IReadOnlyList<JsonNode>> RequestsAsync(int after = 0)
    {
        await using var log = new FileStream(Path.Combine(_state, "requests.jsonl"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(log);
        var lines = (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.Skip(after).Select(l => JsonNode.Parse(l)!)];
    }

    /// <summary>Asserts that no job was started and no governed object touched since a line of the request log.</summary>
    internal async Task NothingWasStartedAsync(int after)
    {
        var since = await RequestsAsync(after);
        Assert.DoesNotContain(since, r => Operation(r) is "emr-serverless:StartJobRun" or "sagemaker:CreateTrainingJob");
        Assert.DoesNotContain(since, r => Operation(r).StartsWith("s3:", StringComparison.Ordinal) && Text(r, "resource").StartsWith("s3://governed", StringComparison.Ordinal));
    }

    internal async Task<string> TrainingJobStatusAsync(string name)
    {
        using var sagemaker = new AmazonSageMakerClient(
            new BasicAWSCredentials(Endpoint("rootAccessKeyId"), Endpoint("rootSecretAccessKey")),
            new AmazonSageMakerConfig { ServiceURL = Endpoint("aws"), AuthenticationRegion = Endpoint("region") });
        return (await sagemaker.DescribeTrainingJobAsync(new DescribeTrainingJobRequest { TrainingJobName = name })).TrainingJobStatus.Value;
    }

    /// <summary>Grants or revokes privileges of the service principal, as a data steward does in the catalog.</summary>
    internal async Task ChangePrivilegesAsync(string type, string name, string[] add, string[] remove)
    {
        var changes = new { changes = new[] { new { principal = Principal, add, remove } } };
        using var answer = await Catalog.PatchAsJsonAsync($"/api/2.1/unity-catalog/permissions/{type}/{name}", changes);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    // --- the operator ------------------------------------------------------------------------------------------------

    /// <summary>Kills the operator without a word and starts it again: no shutdown code runs.</summary>
    internal async Task CrashOperatorAsync()
    {
        var pid = int.Parse(await File.ReadAllTextAsync(Path.Combine(_state, "operator.pid")), CultureInfo.InvariantCulture);
        using var process = System.Diagnostics.Process.GetProcessById(pid);
        process.Kill();
        await process.WaitForExitAsync();
    }

    internal Task StartOperatorAsync() => Demo("operator");

    internal static string Operation(JsonNode request) => Text(request, "operation");

    internal static string Text(JsonNode request, string member) => request[member]?.GetValue<string>() ?? "";

    private string Endpoint(string name) => _endpoints[name]!.GetValue<string>();

    private Dictionary<string, string> Kubeconfig() => new() { ["KUBECONFIG"] = Path.Combine(_state, "kubeconfig") };
}

/// <summary>A run as kubectl gives it.</summary>
internal sealed record RunView(JsonNode Run)
{
    public string Phase => Run["status"]?["phase"]?.GetValue<string>() ?? "";

    public JsonNode? Status => Run["status"];

    public bool HasEnded => Phase is "Succeeded" or "Failed" or "Stopped";

    public string Reason => Condition("Ready")?["reason"]?.GetValue<string>() ?? "";

    public string Message => Condition("Ready")?["message"]?.GetValue<string>() ?? "";

    public JsonNode? Condition(string type) =>
        Run["status"]?["conditions"]?.AsArray().FirstOrDefault(c => c!["type"]!.GetValue<string>() == type);
}

[CollectionDefinition(nameof(World))]
public sealed class WorldCollection : ICollectionFixture<World>;
