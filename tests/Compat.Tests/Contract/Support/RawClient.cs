using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using k8s;

namespace GovernedFinetune.Compat.Tests.Contract.Support;

/// <summary>
/// Plain HTTP to the API server, over KubernetesClient's own connection and credentials, so that whatever a kubeconfig
/// can say (token, certificate, exec plugin) works here as it does in the product.
/// </summary>
public sealed class RawClient(KubernetesClientConfiguration configuration) : IDisposable
{
    public const string Json = "application/json";
    public const string Yaml = "application/yaml";
    public const string JsonPatch = "application/json-patch+json";
    public const string MergePatch = "application/merge-patch+json";
    public const string StrategicPatch = "application/strategic-merge-patch+json";
    public const string ApplyPatch = "application/apply-patch+yaml";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Kubernetes _kubernetes = new(configuration);

    public Task<Answer> GetAsync(string path, string accept = Json) => SendAsync(HttpMethod.Get, path, accept: accept);

    public Task<Answer> PostAsync(string path, JsonNode body) => SendAsync(HttpMethod.Post, path, body.ToJsonString());

    public Task<Answer> PutAsync(string path, JsonNode body) => SendAsync(HttpMethod.Put, path, body.ToJsonString());

    public Task<Answer> PatchAsync(string path, string patch, string mediaType = MergePatch) => SendAsync(HttpMethod.Patch, path, patch, mediaType);

    public Task<Answer> DeleteAsync(string path, JsonNode? options = null) => SendAsync(HttpMethod.Delete, path, options?.ToJsonString());

    public Task<Answer> ApplyAsync(string path, string configuration, string manager, bool force = false) =>
        PatchAsync($"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}fieldManager={manager}&force={(force ? "true" : "false")}", configuration, ApplyPatch);

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? body = null, string mediaType = Json, string accept = Json)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var request = Request(method, path, accept);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        }

        using var response = await OpenAsync(request, HttpCompletionOption.ResponseContentRead, limit.Token);
        return new Answer(
            (int)response.StatusCode,
            await response.Content.ReadAsStringAsync(limit.Token),
            response.Content.Headers.ContentType?.ToString() ?? "",
            response.Headers.TryGetValues("Warning", out var warnings) ? [.. warnings] : []);
    }

    /// <summary>Opens a watch; the answer has begun when this returns.</summary>
    public async Task<WatchStream> WatchAsync(string path, string accept = Json)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var request = Request(HttpMethod.Get, $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}watch=true", accept);
        var response = await OpenAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        return new WatchStream(response, new StreamReader(await response.Content.ReadAsStreamAsync(limit.Token)));
    }

    public void Dispose() => _kubernetes.Dispose();

    private HttpRequestMessage Request(HttpMethod method, string path, string accept)
    {
        var request = new HttpRequestMessage(method, new Uri(_kubernetes.BaseUri, path)) { Version = HttpVersion.Version20 };
        request.Headers.TryAddWithoutValidation("Accept", accept);
        request.Headers.TryAddWithoutValidation("User-Agent", "contract-suite/1.0");
        return request;
    }

    private async Task<HttpResponseMessage> OpenAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        if (_kubernetes.Credentials is { } credentials)
        {
            await credentials.ProcessHttpRequestAsync(request, cancellationToken);
        }

        return await _kubernetes.HttpClient.SendAsync(request, completion, cancellationToken);
    }
}
