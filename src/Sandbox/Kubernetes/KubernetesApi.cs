using GovernedFinetune.Sandbox.Hosting;
using GovernedFinetune.Sandbox.Kubernetes.Access;
using GovernedFinetune.Sandbox.Kubernetes.Http;

namespace GovernedFinetune.Sandbox.Kubernetes;

/// <summary>
/// A Kubernetes API in memory, over TLS, good enough for kubectl, helm and controllers. It writes <c>kubeconfig</c>,
/// with its certificate authority and an administrator's token, into the state directory.
/// </summary>
public sealed class KubernetesApi : IAsyncDisposable
{
    private readonly LoopbackServer _server;
    private readonly ServingCertificate _certificate;
    private readonly ApiServer _api;

    private KubernetesApi(LoopbackServer server, ServingCertificate certificate, ApiServer api, string kubeconfigPath)
    {
        _server = server;
        _certificate = certificate;
        _api = api;
        KubeconfigPath = kubeconfigPath;
    }

    /// <summary>Where the service listens, such as <c>https://127.0.0.1:40123</c>.</summary>
    public Uri BaseAddress => _server.BaseAddress;

    /// <summary>The kubeconfig of the administrator.</summary>
    public string KubeconfigPath { get; }

    /// <summary>The certificate authority that clients are to trust, as PEM.</summary>
    public string CertificateAuthority => _certificate.AuthorityPem;

    /// <summary>Bearer token of the administrator (group <c>system:masters</c>).</summary>
    public string Token => _api.AdminToken;

    /// <summary>What the service keeps; benchmarks change it past the front door.</summary>
    internal Storage.ObjectStore Store => _api.Store;

    /// <summary>Starts the service on loopback.</summary>
    /// <param name="context">What the sandbox's services share.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    public static async Task<KubernetesApi> StartAsync(SandboxContext context, CancellationToken cancellationToken)
    {
        var certificate = ServingCertificate.Make(context.Clock);
        var api = new ApiServer(context.Clock);
        var server = await LoopbackServer.StartAsync(
            context,
            "kubernetes",
            context.Options.KubernetesPort,
            certificate.Server,
            writeError: (http, status, code, message) => Responder.RefuseAsync(http, new StatusException(status, code, message)),
            map: app =>
            {
                api.MapAdmin(app.MapSandboxAdmin(context, "kubernetes"));
                _ = app.Map("/{**path}", api.HandleAsync);
            },
            configureServices: null,
            cancellationToken);

        var kubeconfig = Path.Combine(context.Options.StateDirectory, "kubeconfig");
        await Kubeconfig.WriteAsync(kubeconfig, server.BaseAddress, certificate.AuthorityPem, api.AdminToken, cancellationToken);
        return new KubernetesApi(server, certificate, api, kubeconfig);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        await _server.DisposeAsync();
        _certificate.Dispose();
    }
}
