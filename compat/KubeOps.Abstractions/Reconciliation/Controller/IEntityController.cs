using k8s;
using k8s.Models;

namespace KubeOps.Abstractions.Reconciliation.Controller;

/// <summary>Brings the world in line with an object. One instance and one DI scope serve one call.</summary>
public interface IEntityController<TEntity>
    where TEntity : IKubernetesObject<V1ObjectMeta>
{
    /// <summary>Called with the object as just read from the API server.</summary>
    Task<ReconciliationResult<TEntity>> ReconcileAsync(TEntity entity, CancellationToken cancellationToken);

    /// <summary>
    /// Told after the object went. Deletions that happen while the watch is away are never reported, so clean up in a
    /// finalizer, not here.
    /// </summary>
    Task<ReconciliationResult<TEntity>> DeletedAsync(TEntity entity, CancellationToken cancellationToken);
}

/// <summary>The label selector type of a controller; read by upstream's source generator only.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class LabelSelectorAttribute(Type selectorType) : Attribute
{
    public Type SelectorType => selectorType;
}
