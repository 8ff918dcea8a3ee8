using System.Text.Json;
using GovernedFinetune.Sandbox.Aws;
using GovernedFinetune.Sandbox.Catalog;
using GovernedFinetune.Sandbox.Hosting;
using GovernedFinetune.Sandbox.Kubernetes;

namespace GovernedFinetune.Sandbox;

/// <summary>A running sandbox: the Kubernetes API, Unity Catalog and AWS on loopback, with one state directory.</summary>
public sealed class RunningSandbox : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private RunningSandbox(SandboxContext context, KubernetesApi kubernetes, CatalogApi catalog, AwsApi aws)
    {
        Context = context;
        Kubernetes = kubernetes;
        Catalog = catalog;
        Aws = aws;
    }

    /// <summary>What the services share.</summary>
    public SandboxContext Context { get; }

    /// <summary>The Kubernetes API.</summary>
    public KubernetesApi Kubernetes { get; }

    /// <summary>Unity Catalog.</summary>
    public CatalogApi Catalog { get; }

    /// <summary>S3, STS, Secrets Manager, EMR Serverless and SageMaker.</summary>
    public AwsApi Aws { get; }

    /// <summary>Starts the three services and writes <c>endpoints.json</c> last, so that its presence means "ready".</summary>
    public static async Task<RunningSandbox> StartAsync(SandboxOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        var context = new SandboxContext(options, clock);
        var kubernetes = await KubernetesApi.StartAsync(context, cancellationToken);
        var catalog = await CatalogApi.StartAsync(context, cancellationToken);
        var aws = await AwsApi.StartAsync(context, cancellationToken);
        var sandbox = new RunningSandbox(context, kubernetes, catalog, aws);

        var endpoints = Path.Combine(options.StateDirectory, "endpoints.json");
        await File.WriteAllTextAsync(endpoints + ".new", JsonSerializer.Serialize(sandbox.Endpoints(), Json), cancellationToken);
        File.Move(endpoints + ".new", endpoints, overwrite: true);
        return sandbox;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Aws.DisposeAsync();
        await Catalog.DisposeAsync();
        await Kubernetes.DisposeAsync();
        await Context.DisposeAsync();
    }

    private object Endpoints() => new
    {
        kubernetes = Kubernetes.BaseAddress,
        catalog = Catalog.BaseAddress,
        aws = Aws.BaseAddress,
        region = Context.Options.Region,
        accountId = Context.Options.AccountId,
        adminToken = Context.AdminToken,
        rootAccessKeyId = Aws.RootAccessKeyId,
        rootSecretAccessKey = Aws.RootSecretAccessKey,
    };
}
