using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Hosting;
using GovernedFinetune.Sandbox.Kubernetes;

namespace GovernedFinetune.Sandbox.Tests.Kubernetes;

/// <summary>A Kubernetes API of one test, with a client that trusts its certificate authority and holds the admin token.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    public const string Widgets = "/apis/demo.example.com/v1/namespaces/default/widgets";

    private readonly string _directory;

    private TestCluster(string directory, SandboxContext context, KubernetesApi api)
    {
        _directory = directory;
        Context = context;
        Api = api;
        Client = NewClient();
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", api.Token);
        Client.DefaultRequestHeaders.UserAgent.ParseAdd("tester/1.0");
    }

    public SandboxContext Context { get; }

    public KubernetesApi Api { get; }

    public HttpClient Client { get; }

    public static async Task<TestCluster> StartAsync(TimeProvider? clock = null)
    {
        var directory = Directory.CreateTempSubdirectory("kubernetes-test-").FullName;
        var context = new SandboxContext(new SandboxOptions { StateDirectory = directory }, clock ?? TimeProvider.System);
        return new TestCluster(directory, context, await KubernetesApi.StartAsync(context, CancellationToken.None));
    }

    /// <summary>A cluster that has the widget definition.</summary>
    public static async Task<TestCluster> WithWidgetsAsync(TimeProvider? clock = null, Action<JsonObject>? change = null)
    {
        var cluster = await StartAsync(clock);
        var definition = Samples.WidgetDefinition();
        change?.Invoke(definition);
        var made = await cluster.PostAsync("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition);
        Assert.True(made.Status == 201, made.Text);
        return cluster;
    }

    /// <summary>A client without credentials.</summary>
    public HttpClient NewClient() => NewClient(Api);

    /// <summary>A client without credentials.</summary>
    public static HttpClient NewClient(KubernetesApi api)
    {
        var authority = X509Certificate2.CreateFromPem(api.CertificateAuthority);
        var handler = new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = Timeout.InfiniteTimeSpan };
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { authority },
        };
        return new HttpClient(handler) { BaseAddress = api.BaseAddress, Timeout = TimeSpan.FromSeconds(30) };
    }

    public Task<Answer> GetAsync(string path, string accept = "application/json") => SendAsync(HttpMethod.Get, path, accept: accept);

    public Task<Answer> PostAsync(string path, JsonNode body) => SendAsync(HttpMethod.Post, path, body.ToJsonString());

    public Task<Answer> PutAsync(string path, JsonNode body) => SendAsync(HttpMethod.Put, path, body.ToJsonString());

    public Task<Answer> DeleteAsync(string path, JsonNode? options = null) => SendAsync(HttpMethod.Delete, path, options?.ToJsonString());

    public Task<Answer> PatchAsync(string path, string patch, string mediaType = "application/merge-patch+json") =>
        SendAsync(HttpMethod.Patch, path, patch, mediaType);

    public Task<Answer> ApplyAsync(string path, string configuration, string manager, bool force = false) =>
        PatchAsync($"{path}?fieldManager={manager}&force={(force ? "true" : "false")}", configuration, "application/apply-patch+yaml");

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? body = null, string mediaType = "application/json", string accept = "application/json")
    {
        using var request = new HttpRequestMessage(method, path) { Version = HttpVersion.Version20 };
        request.Headers.TryAddWithoutValidation("Accept", accept);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        }

        using var response = await Client.SendAsync(request);
        return new Answer(
            (int)response.StatusCode,
            await response.Content.ReadAsStringAsync(),
            response.Content.Headers.ContentType?.ToString() ?? "",
            response.Headers.TryGetValues("Warning", out var warnings) ? [.. warnings] : []);
    }

    /// <summary>Creates a widget that is valid unless <paramref name="change"/> makes it otherwise.</summary>
    public Task<Answer> CreateWidgetAsync(string name, Action<JsonObject>? change = null, string query = "")
    {
        var widget = Samples.Widget(name);
        change?.Invoke(widget);
        return PostAsync(Widgets + query, widget);
    }

    /// <summary>Opens a watch; the answer has begun when this returns.</summary>
    public async Task<WatchReader> WatchAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Version = HttpVersion.Version20 };
        var response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return new WatchReader(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Api.DisposeAsync();
        await Context.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}

/// <summary>An answer of the server.</summary>
internal sealed record Answer(int Status, string Text, string ContentType, IReadOnlyList<string> Warnings)
{
    public JsonObject Json => JsonNode.Parse(Text)!.AsObject();

    /// <summary>The string at a path such as <c>metadata.name</c>.</summary>
    public string? At(string path)
    {
        JsonNode? at = Json;
        foreach (var step in path.Split('.'))
        {
            at = int.TryParse(step, out var index) ? at?.AsArray()[index] : at?[step];
        }

        return at is JsonValue value ? value.ToString() : at?.ToJsonString();
    }

    /// <summary>The fields that a refusal names.</summary>
    public IEnumerable<string> Fields => (Json["details"]?["causes"]?.AsArray() ?? []).Select(c => c!["field"]?.ToString() ?? "");
}

/// <summary>Reads the events of a watch.</summary>
internal sealed class WatchReader(HttpResponseMessage response, StreamReader reader) : IDisposable
{
    public HttpStatusCode Status => response.StatusCode;

    /// <summary>The next event, or null at the end of the stream.</summary>
    public async Task<JsonObject?> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var line = await reader.ReadLineAsync(limit.Token);
        return line is null ? null : JsonNode.Parse(line)!.AsObject();
    }

    /// <summary>The next event as <c>TYPE name</c>.</summary>
    public async Task<string> NextTextAsync()
    {
        var next = await NextAsync();
        return next is null ? "end" : $"{next["type"]} {next["object"]!["metadata"]?["name"]}".TrimEnd();
    }

    public void Dispose()
    {
        reader.Dispose();
        response.Dispose();
    }
}
