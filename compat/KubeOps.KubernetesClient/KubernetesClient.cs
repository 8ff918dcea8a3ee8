using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;
using KubeOps.Abstractions.Entities;

namespace KubeOps.KubernetesClient;

/// <summary>The client over the real KubernetesClient package; every resource goes through its custom-object operations.</summary>
public partial class KubernetesClient : IKubernetesClient
{
    private const string ServiceAccountNamespace = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

    private readonly KubernetesClientConfiguration _configuration;
    private readonly IKubernetes _api;
    private bool _disposed;

    public KubernetesClient()
        : this(KubernetesClientConfiguration.BuildDefaultConfig())
    {
    }

    public KubernetesClient(KubernetesClientConfiguration clientConfig)
        : this(clientConfig, new Kubernetes(clientConfig))
    {
    }

    public KubernetesClient(KubernetesClientConfiguration clientConfig, IKubernetes client)
    {
        _configuration = clientConfig;
        _api = client;
    }

    public IKubernetes ApiClient => _api;

    public Uri BaseUri => _api.BaseUri;

    private ICustomObjectsOperations Objects
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _api.CustomObjects;
        }
    }

    /// <summary>Forgets what was read from the entity classes' attributes.</summary>
    public static void ClearMetadataCache() => ResourceTypes.Forget();

    public async Task<string> GetCurrentNamespaceAsync(
        string downwardApiEnvName = "POD_NAMESPACE",
        CancellationToken cancellationToken = default) =>
        ConfiguredNamespace(downwardApiEnvName)
        ?? (File.Exists(ServiceAccountNamespace)
            ? (await File.ReadAllTextAsync(ServiceAccountNamespace, cancellationToken)).Trim()
            : "default");

    public string GetCurrentNamespace(string downwardApiEnvName = "POD_NAMESPACE") =>
        ConfiguredNamespace(downwardApiEnvName)
        ?? (File.Exists(ServiceAccountNamespace) ? File.ReadAllText(ServiceAccountNamespace).Trim() : "default");

    public async Task<TEntity?> GetAsync<TEntity>(
        string name,
        string? @namespace = null,
        CancellationToken cancellationToken = default)
        where TEntity : IKubernetesObject<V1ObjectMeta>
    {
        var (group, version, plural) = ResourceTypes.Of<TEntity>();
        try
        {
            return string.IsNullOrWhiteSpace(@namespace)
                ? await Objects.GetClusterCustomObjectAsync<TEntity>(group, version, plural, name, cancellationToken)
                : await Objects.GetNamespacedCustomObjectAsync<TEntity>(
                    group, version, @namespace, plural, name, cancellationToken);
        }
        catch (HttpOperationException notFound) when (notFound.Response.StatusCode == HttpStatusCode.NotFound)
        {
            return default;
        }
    }

    public TEntity? Get<TEntity>(string name, string? @namespace = null)
        where TEntity : IKubernetesObject<V1ObjectMeta>
    {
        var (group, version, plural) = ResourceTypes.Of<TEntity>();
        try
        {
            return string.IsNullOrWhiteSpace(@namespace)
                ? Objects.GetClusterCustomObject<TEntity>(group, version, plural, name)
                : Objects.GetNamespacedCustomObject<TEntity>(group, version, @namespace, plural, name);
        }
        catch (HttpOperationException notFound) when (notFound.Response.StatusCode == HttpStatusCode.NotFound)
        {
            return default;
        }
    }

    public async Task<IList<TEntity>> ListAsync<TEntity>(
        string? @namespace = null,
        string? labelSelector = null,
        string? fieldSelector = null,
        CancellationToken cancellationToken = default)
        where TEntity : IKubernetesObject<V1ObjectMeta>
    {
        var (group, version, plural) = ResourceTypes.Of<TEntity>();
        var list = @namespace is null
            ? await Objects.ListClusterCustomObjectAsync<EntityList<TEntity>>(
                group,
                version,
                plural,
                labelSelector: labelSelector,
                fieldSelector: fieldSelector,
                cancellationToken: cancellationToken)
            : await Objects.ListNamespacedCustomObjectAsync<EntityList<TEntity>>(
                group,
                version,
                @namespace,
                plural,
                labelSelector: labelSelector,
                fieldSelector: fieldSelector,
                cancellationToken: cancellationToken);
        return list.Items;
    }

    public IList<TEntity> List<TEntity>(string? @namespace = null, string? labelSelector = null, string? fieldSelector = null)
        where TEntity : IKubernetesObject<V1ObjectMeta>
    {
        var (group, version, plural) = ResourceTypes.Of<TEntity>();
        var list = @namespace is null
            ? Objects.ListClusterCustomObject<EntityList<TEntity>>(
                group, version, plural, labelSelector: labelSelector, fieldSelector: fieldSelector)
            : Objects.ListNamespacedCustomObject<EntityList<TEntity>>(
                group, version, @namespace, plural, labelSelector: labelSelector, fieldSelector: fieldSelector);
        return list.Items;
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _api.Dispose();
        }
    }

    private string? ConfiguredNamespace(string downwardApiEnvName) =>
        _configuration.Namespace ?? Environment.GetEnvironmentVariable(downwardApiEnvName);
}
