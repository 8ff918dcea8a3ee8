using k8s;
using k8s.Models;
using KubeOps.KubernetesClient.Selectors;

namespace KubeOps.KubernetesClient;

/// <summary>
/// Typed access to any Kubernetes resource whose class carries <see cref="KubernetesEntityAttribute"/>. Errors of the
/// API server surface as <see cref="k8s.Autorest.HttpOperationException"/>, a server that cannot be reached as
/// <see cref="HttpRequestException"/>. Nothing is retried.
/// </summary>
public interface IKubernetesClient : IDisposable
{
    IKubernetes ApiClient { get; }

    Uri BaseUri { get; }

    /// <summary>The namespace of the configuration, else of the variable, else of the pod's service account, else <c>default</c>.</summary>
    Task<string> GetCurrentNamespaceAsync(
        string downwardApiEnvName = "POD_NAMESPACE",
        CancellationToken cancellationToken = default);

    /// <inheritdoc cref="GetCurrentNamespaceAsync"/>
    string GetCurrentNamespace(string downwardApiEnvName = "POD_NAMESPACE");

    /// <summary>Reads an object; null when the API server answers 404. A null or blank namespace is a cluster-wide resource.</summary>
    Task<TEntity?> GetAsync<TEntity>(string name, string? @namespace = null, CancellationToken cancellationToken = default)
        where TEntity : IKubernetesObject<V1ObjectMeta>;

    /// <inheritdoc cref="GetAsync"/>
    TEntity? Get<TEntity>(string name, string? @namespace = null)
        where TEntity : IKubernetesObject<V1ObjectMeta>;

    /// <summary>Reads all objects in one answer (no paging). A null namespace is all namespaces.</summary>
    Task<IList<TEntity>> ListAsync<TEntity>(
        string? @namespace = null,
        string? labelSelector = null,
        string? fieldSelector = null,
        CancellationToken cancellationToken = default)
        where TEntity : IKubernetesObject<V1ObjectMeta>;

    /// <summary>Reads the objects that all selectors match.</summary>
    Task<IList<TEntity>> ListAsync<TEntity>(string? @namespace = null, params KubernetesSelector[] selectors)
        where TEntity : IKubernetesObject<V1ObjectMeta>
    {
        var (labels, fields) = selectors.ToExpressions();
        return ListAsync<TEntity>(@namespace, labels, fields, CancellationToken.None);
    }

    /// <inheritdoc cref="ListAsync{TEntity}(string?, string?, string?, CancellationToken)"/>
    IList<TEntity> List<TEntity>(string? @namespace = null, string? labelSelector = null, string? fieldSelector = null)
        where TEntity : IKubernetesObject<V1ObjectMeta>;

    /// <summary>
    /// Creates the object, or overwrites it whatever was written in between: its resource version is replaced by that of
    /// a fresh read, so the last writer wins.
    /// </summary>
    async Task<TEntity> SaveAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : IKubernetesObject<V1ObjectMeta>
    {
        var stored = await GetAsync<TEntity>(entity.Name(), entity.Namespace(), cancellationToken);
        if (stored is null)
        {
            return await CreateAsync(entity, cancellationToken);
        }

        entity.EnsureMetadata().ResourceVersion = stored.ResourceVersion();
        return await UpdateAsync(entity, cancellationToken);
    }

    Task<TEntity> CreateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : IKubernetesObject<V1ObjectMeta>;

    /// <summary>Replaces the whole object (PUT); a stale resource version is a 409.</summary>
    Task<TEntity> UpdateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : IKubernetesObject<V1ObjectMeta>;

    /// <summary>Replaces the status (PUT of the whole object to <c>/status</c>); a stale resource version is a 409.</summary>
    Task<TEntity> UpdateStatusAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : IKubernetesObject<V1ObjectMeta>;

    /// <inheritdoc cref="UpdateStatusAsync"/>
    TEntity UpdateStatus<TEntity>(TEntity entity)
        where TEntity : IKubernetesObject<V1ObjectMeta>;

    /// <summary>Patches an object by name. A null namespace is a cluster-wide resource.</summary>
    Task<TEntity> PatchAsync<TEntity>(
        V1Patch patch,
        string name,
        string? @namespace = null,
        string? fieldManager = null,
        bool? force = null,
        string? dryRun = null,
        CancellationToken cancellationToken = default)
        where TEntity : IKubernetesObject<V1ObjectMeta>;

    /// <summary>Patches the object that <paramref name="entity"/> names.</summary>
    Task<TEntity> PatchAsync<TEntity>(
        TEntity entity,
        V1Patch patch,
        string? fieldManager = null,
        bool? force = null,
        string? dryRun = null,
        CancellationToken cancellationToken = default)
        where TEntity : IKubernetesObject<V1ObjectMeta> =>
        PatchAsync<TEntity>(patch, entity.Name(), entity.Namespace(), fieldManager, force, dryRun, cancellationToken);

    /// <summary>Deletes an object, without preconditions; one that is not there is no error.</summary>
    Task DeleteAsync<TEntity>(string name, string? @namespace = null, CancellationToken cancellationToken = default)
        where TEntity : IKubernetesObject<V1ObjectMeta>;

    /// <inheritdoc cref="DeleteAsync{TEntity}(string, string?, CancellationToken)"/>
    Task DeleteAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : IKubernetesObject<V1ObjectMeta> =>
        DeleteAsync<TEntity>(entity.Name(), entity.Namespace(), cancellationToken);

    /// <summary>Watches with callbacks, in the background, until the watcher is disposed.</summary>
    Watcher<TEntity> Watch<TEntity>(
        Action<WatchEventType, TEntity> onEvent,
        Action<Exception>? onError = null,
        Action? onClose = null,
        string? @namespace = null,
        TimeSpan? timeout = null,
        bool? allowWatchBookmarks = null,
        string? resourceVersion = null,
        string? labelSelector = null,
        string? fieldSelector = null,
        CancellationToken cancellationToken = default)
        where TEntity : IKubernetesObject<V1ObjectMeta>;

    /// <summary>
    /// One watch, until the server closes it. An ERROR event ends it with a <see cref="KubernetesException"/>. A null
    /// namespace is all namespaces.
    /// </summary>
    IAsyncEnumerable<(WatchEventType Type, TEntity Entity)> WatchAsync<TEntity>(
        string? @namespace = null,
        string? resourceVersion = null,
        string? labelSelector = null,
        string? fieldSelector = null,
        bool? allowWatchBookmarks = null,
        CancellationToken cancellationToken = default)
        where TEntity : IKubernetesObject<V1ObjectMeta>;
}
