using System.Collections.Concurrent;
using System.Globalization;
using k8s;
using k8s.Models;
using KubeOps.Abstractions.Builder;

namespace KubeOps.Operator.Watcher;

/// <summary>
/// Tells news from repetition. By generation, only a changed specification or a changed state of deletion is news, and
/// objects without a generation always are; by resource version, any change is.
/// </summary>
internal sealed class SeenEvents<TEntity>(OperatorSettings settings)
    where TEntity : IKubernetesObject<V1ObjectMeta>
{
    private readonly ConcurrentDictionary<string, Seen> _seen = new();

    public bool IsNews(WatchEventType type, TEntity entity)
    {
        if (type == WatchEventType.Deleted || !_seen.TryGetValue(entity.Uid(), out var seen))
        {
            return true;
        }

        if (settings.ReconcileStrategy == ReconcileStrategy.ByResourceVersion)
        {
            return seen.ResourceVersion != entity.ResourceVersion();
        }

        return entity.DeletionTimestamp() is null
            ? !(seen.Generation >= entity.Generation())
            : seen.Deletion != DeletionState(entity);
    }

    public void Remember(WatchEventType type, TEntity entity)
    {
        if (type == WatchEventType.Deleted)
        {
            _seen.TryRemove(entity.Uid(), out _);
            return;
        }

        var known = _seen.GetValueOrDefault(entity.Uid()) ?? Seen.Nothing;
        _seen[entity.Uid()] = entity.DeletionTimestamp() is null
            ? known with { ResourceVersion = entity.ResourceVersion(), Generation = entity.Generation() ?? 1 }
            : known with { ResourceVersion = entity.ResourceVersion(), Deletion = DeletionState(entity) };
    }

    public void Clear() => _seen.Clear();

    private static string DeletionState(TEntity entity) => string.Create(
        CultureInfo.InvariantCulture,
        $"{entity.DeletionTimestamp():O}:{entity.Metadata.DeletionGracePeriodSeconds}:{entity.Generation()}:{string.Join(',', entity.Finalizers() ?? [])}");

    private sealed record Seen(string? ResourceVersion, long? Generation, string? Deletion)
    {
        public static readonly Seen Nothing = new(null, null, null);
    }
}
