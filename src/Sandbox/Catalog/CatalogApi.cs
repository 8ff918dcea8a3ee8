using GovernedFinetune.Sandbox.Hosting;

namespace GovernedFinetune.Sandbox.Catalog;

/// <summary>Starts this service of the sandbox.</summary>
public sealed class CatalogApi : IAsyncDisposable
{
    private readonly LoopbackServer _server;

    private CatalogApi(LoopbackServer server) => _server = server;

    /// <summary>Where the service listens.</summary>
    public Uri BaseAddress => _server.BaseAddress;

    /// <summary>Starts the service on loopback.</summary>
    public static async Task<CatalogApi> StartAsync(SandboxContext context, CancellationToken cancellationToken)
    {
        var server = await LoopbackServer.StartAsync(
            context,
            "catalog",
            context.Options.CatalogPort,
            certificate: null,
            writeError: (http, status, code, message) => Results.Json(new { code, message }, statusCode: status).ExecuteAsync(http),
            map: app => app.MapSandboxAdmin(context),
            configureServices: null,
            cancellationToken);
        return new CatalogApi(server);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
