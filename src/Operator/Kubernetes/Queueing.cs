using k8s;
using k8s.Models;
using KubeOps.Abstractions.Reconciliation;
using KubeOps.Abstractions.Reconciliation.Queue;

namespace GovernedFinetune.Operator.Kubernetes;

/// <summary>What the operator asks of KubeOps' queue of its own accord.</summary>
public static class Queueing
{
    /// <summary>Has an object reconciled now rather than at its next wake-up. A queue that takes nothing in, because this
    /// replica does not lead, is no failure: whoever leads looks at the object.</summary>
    public static Task NowAsync<TEntity>(this EntityQueue<TEntity> queue, TEntity entity, CancellationToken cancellationToken)
        where TEntity : IKubernetesObject<V1ObjectMeta> =>
        queue(entity, ReconciliationType.Modified, ReconciliationTriggerSource.Operator, TimeSpan.Zero, 0, cancellationToken);
}
