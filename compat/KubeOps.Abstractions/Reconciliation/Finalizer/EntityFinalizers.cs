using k8s;
using k8s.Models;
using KubeOps.Abstractions.Entities;

namespace KubeOps.Abstractions.Reconciliation.Finalizer;

/// <summary>Cleans up before an object that was marked deleted may go.</summary>
public interface IEntityFinalizer<TEntity>
    where TEntity : IKubernetesObject<V1ObjectMeta>
{
    /// <summary>A success removes the finalizer from the object (if the settings say so); a failure leaves the object terminating.</summary>
    Task<ReconciliationResult<TEntity>> FinalizeAsync(TEntity entity, CancellationToken cancellationToken);
}

/// <summary>Writes a finalizer's identifier to an object and gives the object back as the API server stored it.</summary>
public delegate Task<TEntity> EntityFinalizerAttacher<TImplementation, TEntity>(
    TEntity entity,
    CancellationToken cancellationToken = default)
    where TImplementation : IEntityFinalizer<TEntity>
    where TEntity : IKubernetesObject<V1ObjectMeta>;

/// <summary>Makes attachers for finalizers.</summary>
public interface IEventFinalizerAttacherFactory
{
    EntityFinalizerAttacher<TImplementation, TEntity> Create<TImplementation, TEntity>(string identifier)
        where TImplementation : class, IEntityFinalizer<TEntity>
        where TEntity : IKubernetesObject<V1ObjectMeta>;
}

/// <summary>The identifier that automatic attachment gives a finalizer.</summary>
public static class EntityFinalizerExtensions
{
    private const int LongestName = 63;

    /// <summary>
    /// <c>group/lower-case type name, ending in "finalizer"</c>, cut to 63 characters. Register the finalizer under
    /// exactly this identifier, or what was attached has no handler and the object never goes.
    /// </summary>
    public static string GetIdentifierName<TEntity>(this IEntityFinalizer<TEntity> finalizer, TEntity entity)
        where TEntity : IKubernetesObject<V1ObjectMeta>
    {
#pragma warning disable CA1308 // Kubernetes names are lower case.
        var type = finalizer.GetType().Name.ToLowerInvariant();
#pragma warning restore CA1308
        if (!type.EndsWith("finalizer", StringComparison.Ordinal))
        {
            type += "finalizer";
        }

        var group = entity.GetKubernetesEntityAttribute()?.Group;
        var name = string.IsNullOrEmpty(group) ? type : $"{group}/{type}";
        return name.Length > LongestName ? name[..LongestName] : name;
    }
}
