using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace GovernedFinetune.EndToEnd.Tests.Support;

/// <summary>The sandbox's Kubernetes API over plain HTTP, as its administrator: for many objects at once.</summary>
internal sealed class KubernetesHttp : IDisposable
{
    private const string Group = "/apis/governedfinetune.io/v1alpha1";

    private readonly HttpClient _client;

    private KubernetesHttp(HttpClient client) => _client = client;

    public static async Task<KubernetesHttp> ConnectAsync(World world)
    {
        var config = JsonNode.Parse(await world.KubectlAsync("config", "view", "--raw", "--minify", "--flatten", "-o", "json"))!;
        var cluster = config["clusters"]![0]!["cluster"]!;
        var authority = X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(Convert.FromBase64String(cluster["certificate-authority-data"]!.GetValue<string>())));
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { authority },
        };
        var client = new HttpClient(handler) { BaseAddress = new Uri(cluster["server"]!.GetValue<string>()) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", config["users"]![0]!["user"]!["token"]!.GetValue<string>());
        return new KubernetesHttp(client);
    }

    /// <summary>Creates a run and gives it as it was stored.</summary>
    public Task<JsonNode> CreateRunAsync(JsonObject manifest) => SendAsync(HttpMethod.Post, Runs(), manifest, "application/json");

    /// <summary>Sets a run's status.</summary>
    public Task<JsonNode> SetStatusAsync(string name, JsonNode status) => SendAsync(
        HttpMethod.Patch, $"{Runs()}/{name}/status", new JsonObject { ["status"] = status.DeepClone() }, "application/merge-patch+json");

    /// <summary>Every run of the tests' namespace.</summary>
    public async Task<IReadOnlyList<RunView>> RunsAsync()
    {
        var list = await SendAsync(HttpMethod.Get, Runs(), null, "");
        return [.. list["items"]!.AsArray().Select(item => new RunView(item!))];
    }

    public void Dispose() => _client.Dispose();

    private static string Runs() => $"{Group}/namespaces/{World.Namespace}/finetuneruns";

    private async Task<JsonNode> SendAsync(HttpMethod method, string path, JsonNode? body, string mediaType)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), new MediaTypeHeaderValue(mediaType));
        }

        using var answer = await _client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {text}");
        return JsonNode.Parse(text)!;
    }
}
