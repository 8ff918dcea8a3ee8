using System.Runtime.CompilerServices;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace KubeOps.KubernetesClient;

// The only watch calls of the real package that are typed are marked as obsolete, without a replacement.
#pragma warning disable CS0618

public partial class KubernetesClient
{
    public Watcher<TEntity> Watch<TEntity>(
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
        where TEntity : IKubernetesObject<V1ObjectMeta> =>
        OpenWatch<TEntity>(
                @namespace, resourceVersion, labelSelector, fieldSelector, allowWatchBookmarks, timeout, cancellationToken)
            .Watch(onEvent, onError, onClose);

    public async IAsyncEnumerable<(WatchEventType Type, TEntity Entity)> WatchAsync<TEntity>(
        string? @namespace = null,
        string? resourceVersion = null,
        string? labelSelector = null,
        string? fieldSelector = null,
        bool? allowWatchBookmarks = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where TEntity : IKubernetesObject<V1ObjectMeta>
    {
        var events = OpenWatch<TEntity>(
                @namespace,
                resourceVersion,
                labelSelector,
                fieldSelector,
                allowWatchBookmarks,
                timeout: null,
                cancellationToken)
            .WatchAsync<TEntity, object>(onError: error => throw error, cancellationToken);

        await foreach (var (type, entity) in events)
        {
            if (entity is not null)
            {
                yield return (type, entity);
            }
        }
    }

    private Task<HttpOperationResponse<object>> OpenWatch<TEntity>(
        string? @namespace,
        string? resourceVersion,
        string? labelSelector,
        string? fieldSelector,
        bool? allowWatchBookmarks,
        TimeSpan? timeout,
        CancellationToken cancellationToken)
    {
        var (group, version, plural) = ResourceTypes.Of<TEntity>();
        var timeoutSeconds = (int?)timeout?.TotalSeconds;
        return @namespace is null
            ? Objects.ListClusterCustomObjectWithHttpMessagesAsync(
                group,
                version,
                plural,
                allowWatchBookmarks: allowWatchBookmarks,
                fieldSelector: fieldSelector,
                labelSelector: labelSelector,
                resourceVersion: resourceVersion,
                timeoutSeconds: timeoutSeconds,
                watch: true,
                cancellationToken: cancellationToken)
            : Objects.ListNamespacedCustomObjectWithHttpMessagesAsync(
                group,
                version,
                @namespace,
                plural,
                allowWatchBookmarks: allowWatchBookmarks,
                fieldSelector: fieldSelector,
                labelSelector: labelSelector,
                resourceVersion: resourceVersion,
                timeoutSeconds: timeoutSeconds,
                watch: true,
                cancellationToken: cancellationToken);
    }
}
