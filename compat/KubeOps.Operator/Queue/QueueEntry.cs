using k8s;
using k8s.Models;
using KubeOps.Abstractions.Reconciliation;

namespace KubeOps.Operator.Queue;

/// <summary>A reconciliation that was asked for. <paramref name="RetryCount"/> counts the tries that threw so far.</summary>
internal sealed record QueueEntry<TEntity>(
    TEntity Entity,
    ReconciliationType Type,
    ReconciliationTriggerSource Source,
    int RetryCount)
    where TEntity : IKubernetesObject<V1ObjectMeta>;
