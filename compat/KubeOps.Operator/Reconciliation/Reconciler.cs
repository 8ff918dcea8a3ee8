using k8s;
using k8s.Models;
using KubeOps.Abstractions.Builder;
using KubeOps.Abstractions.Reconciliation;
using KubeOps.Abstractions.Reconciliation.Controller;
using KubeOps.Abstractions.Reconciliation.Finalizer;
using KubeOps.KubernetesClient;
using KubeOps.Operator.Logging;
using KubeOps.Operator.Metrics;
using KubeOps.Operator.Queue;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace KubeOps.Operator.Reconciliation;

/// <summary>
/// Hands an object to its controller, or while it is being deleted to the finalizer at the head of its list, each in a
/// service scope of its own, and queues it again if the result says so.
/// </summary>
internal sealed class Reconciler<TEntity>(
    IServiceProvider services,
    TimedQueue<TEntity> queue,
    IKubernetesClient client,
    OperatorSettings settings,
    ILogger<Reconciler<TEntity>> logger,
    OperatorMetrics? metrics = null) : IReconciler<TEntity>
    where TEntity : IKubernetesObject<V1ObjectMeta>
{
    public async Task<ReconciliationResult<TEntity>> Reconcile(
        ReconciliationContext<TEntity> reconciliationContext,
        CancellationToken cancellationToken)
    {
        var type = reconciliationContext.EventType;
        var result = await DispatchAsync(reconciliationContext.Entity, type, cancellationToken);
        if (result.RequeueAfter is { } delay
            && queue.Enqueue(
                new(result.Entity, type, ReconciliationTriggerSource.Operator, RetryCount: 0), delay, cancellationToken))
        {
            metrics?.RecordRequeue(typeof(TEntity).Name, RequeueReasons.Asked);
        }

        return result;
    }

    private async Task<ReconciliationResult<TEntity>> DispatchAsync(
        TEntity entity,
        ReconciliationType type,
        CancellationToken cancellationToken)
    {
        await using var scope = services.CreateAsyncScope();
        if (type == ReconciliationType.Deleted)
        {
            return await Controller(scope).DeletedAsync(entity, cancellationToken);
        }

        if (entity.DeletionTimestamp() is null)
        {
            entity = await AttachFinalizersAsync(entity, scope, cancellationToken);
            return await Controller(scope).ReconcileAsync(entity, cancellationToken);
        }

        return entity.Finalizers() is { Count: > 0 } pending
            ? await FinalizeAsync(entity, pending[0], scope, cancellationToken)
            : ReconciliationResult<TEntity>.Success(entity);
    }

    private static IEntityController<TEntity> Controller(AsyncServiceScope scope) =>
        scope.ServiceProvider.GetRequiredService<IEntityController<TEntity>>();

    // The name comes from the finalizer's type, not from the identifier it was registered under: see GetIdentifierName.
    private async Task<TEntity> AttachFinalizersAsync(
        TEntity entity,
        AsyncServiceScope scope,
        CancellationToken cancellationToken)
    {
        if (!settings.AutoAttachFinalizers)
        {
            return entity;
        }

        var attached = false;
        foreach (var finalizer in scope.ServiceProvider.GetKeyedServices<IEntityFinalizer<TEntity>>(KeyedService.AnyKey))
        {
            attached |= entity.AddFinalizer(finalizer.GetIdentifierName(entity));
        }

        return attached ? await client.UpdateAsync(entity, cancellationToken) : entity;
    }

    private async Task<ReconciliationResult<TEntity>> FinalizeAsync(
        TEntity entity,
        string identifier,
        AsyncServiceScope scope,
        CancellationToken cancellationToken)
    {
        if (scope.ServiceProvider.GetKeyedService<IEntityFinalizer<TEntity>>(identifier) is not { } finalizer)
        {
            logger.FinalizerIsNotOurs(entity.ToIdentifierString(), identifier);
            return ReconciliationResult<TEntity>.Success(entity);
        }

        var result = await finalizer.FinalizeAsync(entity, cancellationToken);
        if (!result.IsSuccess)
        {
            return result;
        }

        entity = result.Entity;
        if (settings.AutoDetachFinalizers && entity.RemoveFinalizer(identifier))
        {
            // Not cancelled by a shutdown: the clean-up is done, and only this line says so.
            entity = await client.UpdateAsync(entity, CancellationToken.None);
        }

        return ReconciliationResult<TEntity>.Success(entity, result.RequeueAfter);
    }
}
