using System.Security.Cryptography;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox;
using GovernedFinetune.Sandbox.Hosting;
using GovernedFinetune.Sandbox.Kubernetes;
using k8s;

namespace GovernedFinetune.Compat.Tests.Contract.Support;

/// <summary>
/// The API server that one class of tests judges: the one that <c>KUBECONFIG</c> names, else a sandbox in this process.
/// It has a namespace and a group of custom resources of its own, and removes both at the end.
/// </summary>
public sealed class Cluster : IAsyncLifetime
{
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    private readonly string _state = Directory.CreateTempSubdirectory("contract-").FullName;
    private readonly List<string> _made = [];
    private readonly List<(string Definition, string Collection)> _defined = [];
    private readonly string _id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
    private SandboxContext? _context;
    private KubernetesApi? _sandbox;
    private RawClient? _client;
    private string _kubeconfig = "";

    /// <summary>Whether the tests run against a cluster that this process did not start.</summary>
    public static bool IsExternal => External.Length > 0;

    /// <summary>The client of the kubeconfig's user, who must be a cluster administrator.</summary>
    public RawClient Client => _client!;

    /// <summary>A namespace of this class of tests.</summary>
    public string Namespace { get; private set; } = "";

    /// <summary>The API group of this class's custom resources.</summary>
    public string Group => $"g{_id}.contract.example.com";

    /// <summary>Path of the widgets, once there is a definition of them.</summary>
    public string Widgets => $"/apis/{Group}/v1/namespaces/{Namespace}/widgets";

    /// <summary>Path of a core collection in this class's namespace.</summary>
    public string Core(string plural) => $"/api/v1/namespaces/{Namespace}/{plural}";

    /// <summary>The sandbox; only tests that say so may use it.</summary>
    public KubernetesApi Sandbox => _sandbox ?? throw new InvalidOperationException("This test needs the sandbox: mark it with [SandboxFact].");

    /// <summary>The sandbox's faults and clock; only tests that say so may use them.</summary>
    public SandboxContext SandboxContext => _context ?? throw new InvalidOperationException("This test needs the sandbox: mark it with [SandboxFact].");

    private static string External => Environment.GetEnvironmentVariable("KUBECONFIG") ?? "";

    /// <summary>A fresh configuration, as a program makes it from a kubeconfig.</summary>
    public KubernetesClientConfiguration Configuration()
    {
        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(new FileInfo(_kubeconfig));
        configuration.Namespace = Namespace;
        return configuration;
    }

    public async Task InitializeAsync()
    {
        if (IsExternal)
        {
            _kubeconfig = External;
        }
        else
        {
            _context = new SandboxContext(new SandboxOptions { StateDirectory = _state }, TimeProvider.System);
            _sandbox = await KubernetesApi.StartAsync(_context, CancellationToken.None);
            _kubeconfig = _sandbox.KubeconfigPath;
        }

        _client = new RawClient(Configuration());
        Namespace = await NewNamespaceAsync();
    }

    /// <summary>Makes a namespace that goes at the end.</summary>
    public async Task<string> NewNamespaceAsync()
    {
        var made = await Client.PostAsync("/api/v1/namespaces", JsonNode.Parse("""{"metadata":{"generateName":"contract-"}}""")!);
        var name = made.Expect(201).At("metadata.name")!;
        RemoveAtTheEnd($"/api/v1/namespaces/{name}");
        return name;
    }

    /// <summary>Serves the widgets of <see cref="Samples"/> in this class's group.</summary>
    public async Task<string> ServeWidgetsAsync(Action<JsonObject>? change = null)
    {
        var definition = Samples.WidgetDefinition(Group);
        change?.Invoke(definition);
        _ = await DefineAsync(definition.ToJsonString());
        return Widgets;
    }

    /// <summary>Creates a definition and waits until its kind is served.</summary>
    /// <param name="definition">JSON or YAML.</param>
    public async Task<Answer> DefineAsync(string definition)
    {
        var made = (await Client.SendAsync(HttpMethod.Post, $"{Definitions}?fieldValidation=Strict", definition, RawClient.Yaml)).Expect(201);
        var path = $"{Definitions}/{made.At("metadata.name")}";
        RemoveAtTheEnd(path);
        _ = await Eventually.GetAsync(
            () => Client.GetAsync(path),
            a => (a.Json["status"]?["conditions"]?.AsArray() ?? []).Any(c => c!.At("type") == "Established" && c!.At("status") == "True"));
        var collection = $"/apis/{made.At("spec.group")}/{made.At("spec.versions.0.name")}/{made.At("spec.names.plural")}";
        _ = await Eventually.GetAsync(() => Client.GetAsync(collection), a => a.Status == 200);
        lock (_made)
        {
            _defined.Add((path, collection));
        }

        return made;
    }

    /// <summary>Makes the sandbox forget what was before now.</summary>
    public Task ForgetHistoryAsync() => SwitchAsync("history");

    /// <summary>Makes the sandbox end every watch.</summary>
    public Task EndWatchesAsync() => SwitchAsync("watches");

    /// <summary>A version whose successors the server no longer knows: the first ever, where the server keeps no history from before its start.</summary>
    public async Task<string> ForgottenVersionAsync(string collection)
    {
        if (IsExternal)
        {
            return "1";
        }

        var version = (await Client.GetAsync(collection)).At("metadata.resourceVersion")!;
        (await Client.PostAsync(Core("configmaps"), JsonNode.Parse("""{"metadata":{"generateName":"later-"}}""")!)).Expect(201);
        await ForgetHistoryAsync();
        return version;
    }

    /// <summary>Removes an object when the tests of this class have run.</summary>
    public void RemoveAtTheEnd(string path)
    {
        lock (_made)
        {
            _made.Add(path);
        }
    }

    public async Task DisposeAsync()
    {
        if (IsExternal && _client is not null)
        {
            await CleanUpAsync();
        }

        _client?.Dispose();
        if (_sandbox is not null)
        {
            await _sandbox.DisposeAsync();
            await _context!.DisposeAsync();
        }

        Directory.Delete(_state, recursive: true);
    }

    private async Task SwitchAsync(string what)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, new Uri(Sandbox.BaseAddress, $"/_sandbox/kubernetes/{what}"));
        request.Headers.Authorization = new("Bearer", SandboxContext.AdminToken);
        using var kubernetes = new Kubernetes(Configuration());
        using var answer = await kubernetes.HttpClient.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, $"The switch {what} answered {(int)answer.StatusCode}.");
    }

    /// <summary>Deletes what was made, and waits until the definitions are gone, so that the next run can make them again.</summary>
    private async Task CleanUpAsync()
    {
        // The last first: what came later may depend on what came before.
        foreach (var path in Enumerable.Reverse(_made))
        {
            _ = await Client.DeleteAsync(path);
        }

        foreach (var (definition, collection) in _defined)
        {
            _ = await Eventually.GetAsync(
                async () =>
                {
                    await ReleaseAsync(collection);
                    return await Client.GetAsync(definition);
                },
                a => a.Status == 404);
        }
    }

    /// <summary>Takes the finalizers off whatever a test, or an operator that it stopped, left behind.</summary>
    private async Task ReleaseAsync(string collection)
    {
        var left = await Client.GetAsync(collection);
        foreach (var item in left.Status == 200 ? left.Json["items"]!.AsArray() : [])
        {
            if (item.At("metadata.finalizers") is not null)
            {
                var version = collection[..collection.LastIndexOf('/')];
                var plural = collection[(version.Length + 1)..];
                _ = await Client.PatchAsync($"{version}/namespaces/{item.At("metadata.namespace")}/{plural}/{item.At("metadata.name")}", """{"metadata":{"finalizers":null}}""");
            }
        }
    }
}
