using GovernedFinetune.Sandbox.Hosting;

namespace GovernedFinetune.Sandbox.Kubernetes;

/// <summary>Starts this service of the sandbox.</summary>
public sealed class KubernetesApi : IAsyncDisposable
{
    private readonly LoopbackServer _server;

    private KubernetesApi(LoopbackServer server) => _server = server;

    /// <summary>Where the service listens.</summary>
    public Uri BaseAddress => _server.BaseAddress;

    /// <summary>Starts the service on loopback.</summary>
    public static async Task<KubernetesApi> StartAsync(SandboxContext context, CancellationToken cancellationToken)
    {
        var server = await LoopbackServer.StartAsync(
            context,
            "kubernetes",
            context.Options.KubernetesPort,
            certificate: null,
            writeError: (http, status, code, message) => Results.Json(new { code, message }, statusCode: status).ExecuteAsync(http),
            map: app => app.MapSandboxAdmin(context),
            configureServices: null,
            cancellationToken);
        return new KubernetesApi(server);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
