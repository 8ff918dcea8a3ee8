using k8s;
using k8s.Models;

namespace KubeOps.Abstractions.Reconciliation;

/// <summary>Hands one reconciliation to the controller or the finalizer that it is for.</summary>
public interface IReconciler<TEntity>
    where TEntity : IKubernetesObject<V1ObjectMeta>
{
    Task<ReconciliationResult<TEntity>> Reconcile(
        ReconciliationContext<TEntity> reconciliationContext,
        CancellationToken cancellationToken);
}
