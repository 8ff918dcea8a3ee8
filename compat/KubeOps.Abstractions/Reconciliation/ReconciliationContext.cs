using k8s;
using k8s.Models;

namespace KubeOps.Abstractions.Reconciliation;

/// <summary>What happened to an object.</summary>
public enum ReconciliationType
{
    Added,
    Modified,
    Deleted,
}

/// <summary>Whether a watch event or the operator itself (requeue, retry, resync) asked for a reconciliation.</summary>
public enum ReconciliationTriggerSource
{
    ApiServer,
    Operator,
}

/// <summary>One reconciliation to do.</summary>
public sealed record ReconciliationContext<TEntity>
    where TEntity : IKubernetesObject<V1ObjectMeta>
{
    private ReconciliationContext(TEntity entity, ReconciliationType eventType, ReconciliationTriggerSource reconciliationTriggerSource)
    {
        Entity = entity;
        EventType = eventType;
        ReconciliationTriggerSource = reconciliationTriggerSource;
    }

    public TEntity Entity { get; }

    public ReconciliationType EventType { get; }

    public ReconciliationTriggerSource ReconciliationTriggerSource { get; }

    public static ReconciliationContext<TEntity> CreateFor(
        TEntity entity,
        ReconciliationType eventType,
        ReconciliationTriggerSource reconciliationTriggerSource) =>
        new(entity, eventType, reconciliationTriggerSource);
}

/// <summary>Questions to a <see cref="ReconciliationContext{TEntity}"/>.</summary>
public static class ReconciliationContextExtensions
{
    public static bool IsTriggeredByApiServer<TEntity>(this ReconciliationContext<TEntity> reconciliationContext)
        where TEntity : IKubernetesObject<V1ObjectMeta> =>
        reconciliationContext.ReconciliationTriggerSource == ReconciliationTriggerSource.ApiServer;

    public static bool IsTriggeredByOperator<TEntity>(this ReconciliationContext<TEntity> reconciliationContext)
        where TEntity : IKubernetesObject<V1ObjectMeta> =>
        reconciliationContext.ReconciliationTriggerSource == ReconciliationTriggerSource.Operator;
}
