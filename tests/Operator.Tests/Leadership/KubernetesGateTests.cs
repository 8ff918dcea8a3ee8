using System.Net;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Leadership;
using Microsoft.Extensions.Time.Testing;

namespace GovernedFinetune.Operator.Tests.Leadership;

/// <summary>A replica that stands by reads, and competes for the lease, and writes nothing else.</summary>
public sealed class KubernetesGateTests : IDisposable
{
    private readonly Fence _fence = new(Replica.Options, Replica.Named("pod_1"), new FakeTimeProvider(Replica.Start));
    private readonly Server _server = new();
    private readonly HttpClient _http;

    public KubernetesGateTests() => _http = new HttpClient(new KubernetesGate(_fence, Replica.Named("pod_1")) { InnerHandler = _server });

    public void Dispose() => _http.Dispose();

    private async Task SendAsync(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri("http://api.test" + path));
        _ = request.Headers.TryAddWithoutValidation("User-Agent", "whatever the client says");
        using var answer = await _http.SendAsync(request);
    }

    [Theory]
    [InlineData("GET", "/apis/governedfinetune.io/v1alpha1/finetuneruns?watch=true")]
    [InlineData("GET", "/apis/coordination.k8s.io/v1/namespaces/ns/leases/leader")]
    [InlineData("POST", "/apis/coordination.k8s.io/v1/namespaces/ns/leases")]
    [InlineData("PUT", "/apis/coordination.k8s.io/v1/namespaces/ns/leases/leader")]
    public async Task These_pass_without_the_lease(string method, string path)
    {
        await SendAsync(method, path);
        Assert.Equal([Replica.Named("pod_1").UserAgent], _server.Agents);
    }

    [Theory]
    [InlineData("PATCH", "/apis/governedfinetune.io/v1alpha1/namespaces/ns/finetuneruns/x/status")]
    [InlineData("PUT", "/apis/governedfinetune.io/v1alpha1/namespaces/ns/finetuneruns/x")]
    [InlineData("DELETE", "/apis/governedfinetune.io/v1alpha1/namespaces/ns/finetuneruns/x")]
    [InlineData("POST", "/api/v1/namespaces/ns/events")]
    [InlineData("PUT", "/api/v1/namespaces/coordination.k8s.io/events/leases")]
    public async Task These_pass_with_the_lease_alone(string method, string path)
    {
        var refusal = await Assert.ThrowsAsync<OperatorException>(() => SendAsync(method, path));
        Assert.Equal(FailureKind.Fenced, refusal.Kind);
        Assert.Empty(_server.Agents);

        _fence.Renewed(_fence.Now);
        await SendAsync(method, path);
        Assert.Single(_server.Agents);
    }

    private sealed class Server : HttpMessageHandler
    {
        public List<string> Agents { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Agents.Add(string.Join(' ', request.Headers.GetValues("User-Agent")));
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK));
        }
    }
}
