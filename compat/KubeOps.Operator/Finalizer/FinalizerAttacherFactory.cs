using k8s;
using k8s.Models;
using KubeOps.Abstractions.Reconciliation.Finalizer;
using KubeOps.KubernetesClient;

namespace KubeOps.Operator.Finalizer;

/// <summary>Attachers that write to the API server only when the object lacks the identifier.</summary>
internal sealed class FinalizerAttacherFactory(IKubernetesClient client) : IEventFinalizerAttacherFactory
{
    public EntityFinalizerAttacher<TImplementation, TEntity> Create<TImplementation, TEntity>(string identifier)
        where TImplementation : class, IEntityFinalizer<TEntity>
        where TEntity : IKubernetesObject<V1ObjectMeta> =>
        (entity, cancellationToken) => entity.AddFinalizer(identifier)
            ? client.UpdateAsync(entity, cancellationToken)
            : Task.FromResult(entity);
}
