using GovernedFinetune.Sandbox.Hosting;

namespace GovernedFinetune.Sandbox.Aws;

/// <summary>Starts this service of the sandbox.</summary>
public sealed class AwsApi : IAsyncDisposable
{
    private readonly LoopbackServer _server;

    private AwsApi(LoopbackServer server) => _server = server;

    /// <summary>Where the service listens.</summary>
    public Uri BaseAddress => _server.BaseAddress;

    /// <summary>Starts the service on loopback.</summary>
    public static async Task<AwsApi> StartAsync(SandboxContext context, CancellationToken cancellationToken)
    {
        var server = await LoopbackServer.StartAsync(
            context,
            "aws",
            context.Options.AwsPort,
            certificate: null,
            writeError: (http, status, code, message) => Results.Json(new { code, message }, statusCode: status).ExecuteAsync(http),
            map: app => app.MapSandboxAdmin(context),
            configureServices: null,
            cancellationToken);
        return new AwsApi(server);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
