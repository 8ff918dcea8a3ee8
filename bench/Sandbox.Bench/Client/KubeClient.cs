using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using GovernedFinetune.Sandbox.Kubernetes.Json;

namespace GovernedFinetune.Bench.Client;

/// <summary>A client of the sandbox's Kubernetes API over one HTTP/2 connection with TLS, as client-go has.</summary>
internal sealed class KubeClient : IDisposable
{
    private readonly HttpClient _http;

    private KubeClient(HttpClient http) => _http = http;

    /// <summary>A client with a connection of its own.</summary>
    /// <param name="stateDirectory">Where the sandbox wrote its kubeconfig.</param>
    public static KubeClient Connect(string stateDirectory)
    {
        var config = YamlReading.Parse(File.ReadAllText(Path.Combine(stateDirectory, "kubeconfig")), null);
        var cluster = config.Array("clusters")![0].Object("cluster");
        var authority = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(Convert.FromBase64String(cluster.Text("certificate-authority-data")!)));
        var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { authority },
        };
        var http = new HttpClient(handler)
        {
            BaseAddress = new Uri(cluster.Text("server")!),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", config.Array("users")![0].Object("user").Text("token"));
        http.DefaultRequestHeaders.Accept.ParseAdd("application/json");
        http.DefaultRequestHeaders.UserAgent.ParseAdd("bench/1.0");
        return new KubeClient(http);
    }

    /// <summary>Sends a request whose answer does not matter beyond its success.</summary>
    /// <exception cref="InvalidOperationException">The server refused; with its reason.</exception>
    public async Task SendAsync(HttpMethod method, string path, string body, string mediaType, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body, Encoding.UTF8, mediaType) };
        using var answer = await _http.SendAsync(request, cancellationToken);
        await EnsureAsync(answer, path, cancellationToken);
    }

    /// <summary>Reads a list as bytes.</summary>
    public async Task<byte[]> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await _http.GetAsync(path, cancellationToken);
        await EnsureAsync(answer, path, cancellationToken);
        return await answer.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    /// <summary>Opens a stream of which the first bytes may be long in coming.</summary>
    public async Task<Stream> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var answer = await _http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await EnsureAsync(answer, path, cancellationToken);
        return await answer.Content.ReadAsStreamAsync(cancellationToken);
    }

    /// <summary>The version and continue token of a list, as a client reads them.</summary>
    public static (string Version, string? Continue, int Items) ReadList(byte[] list)
    {
        using var document = JsonDocument.Parse(list);
        var metadata = document.RootElement.GetProperty("metadata");
        return (
            metadata.GetProperty("resourceVersion").GetString()!,
            metadata.TryGetProperty("continue", out var token) && token.GetString() is { Length: > 0 } more ? more : null,
            document.RootElement.GetProperty("items").GetArrayLength());
    }

    public void Dispose() => _http.Dispose();

    private static async Task EnsureAsync(HttpResponseMessage answer, string path, CancellationToken cancellationToken)
    {
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellationToken)}");
        }
    }
}
