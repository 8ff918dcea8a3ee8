using System.Diagnostics;
using k8s;
using k8s.Models;
using KubeOps.Abstractions.Builder;
using KubeOps.Abstractions.Reconciliation;
using KubeOps.KubernetesClient;
using KubeOps.Operator.Logging;
using KubeOps.Operator.Metrics;
using KubeOps.Operator.Reconciliation;
using Microsoft.Extensions.Logging;

namespace KubeOps.Operator.Queue;

/// <summary>
/// Takes ready entries off the queue and reconciles them, several at once, one at a time an object. A reconciliation
/// that throws comes back with a growing delay and is dropped after the last try.
/// </summary>
internal sealed class QueueConsumer<TEntity>(
    TimedQueue<TEntity> queue,
    Reconciler<TEntity> reconciler,
    EntityLocks locks,
    IKubernetesClient client,
    OperatorSettings settings,
    ActivitySource activitySource,
    TimeProvider time,
    ILogger<QueueConsumer<TEntity>> logger,
    OperatorMetrics? metrics = null) : IDisposable
    where TEntity : IKubernetesObject<V1ObjectMeta>
{
    private static readonly string Kind = typeof(TEntity).Name;

    private readonly ParallelReconciliationSettings _parallel = settings.ParallelReconciliation;
    private readonly SemaphoreSlim _slots = new(settings.ParallelReconciliation.MaxParallelReconciliations);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var running = new List<Task>();
        try
        {
            await foreach (var entry in queue.ReadAllAsync(cancellationToken))
            {
                await _slots.WaitAsync(cancellationToken);
                running.RemoveAll(task => task.IsCompleted);
                running.Add(ProcessAsync(entry, cancellationToken));
            }
        }
        finally
        {
            await Task.WhenAll(running);
        }
    }

    public void Dispose() => _slots.Dispose();

    private async Task ProcessAsync(QueueEntry<TEntity> entry, CancellationToken cancellationToken)
    {
        using var activity = activitySource.StartActivity(
            $"Processing queued \"{entry.Type}\" event for \"{entry.Entity.ToIdentifierString()}\".", ActivityKind.Consumer);
        using var scope = logger.BeginScope(LogScope.For(entry.Type.ToString(), entry.Source, entry.Entity));
        try
        {
            using var turn = await locks.AcquireAsync(
                entry.Entity.Uid(),
                wait: _parallel.ConflictStrategy == ParallelReconciliationConflictStrategy.WaitForCompletion,
                cancellationToken);
            if (turn is null)
            {
                OnConflict(entry, cancellationToken);
            }
            else
            {
                await MeasureAsync(entry, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The term ended, and with it the work of the term.
        }
        catch (Exception failure)
        {
            OnFailure(entry, failure, cancellationToken);
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task MeasureAsync(QueueEntry<TEntity> entry, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        try
        {
            logger.ReconciliationStarts(entry.Entity.ToIdentifierString());
            var result = await ReconcileAsync(entry, cancellationToken);
            metrics?.RecordReconciliation(
                Kind,
                entry.Type,
                time.GetElapsedTime(start),
                result.IsSuccess ? null : result.Error?.GetType().FullName ?? "_OTHER");
            logger.ReconciliationEnds(entry.Entity.ToIdentifierString(), result.IsSuccess, result.ErrorMessage);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested || failure is not OperationCanceledException)
        {
            metrics?.RecordReconciliation(Kind, entry.Type, time.GetElapsedTime(start), failure.GetType().FullName);
            throw;
        }
    }

    // What the queue holds may be old: the object is read again, unless it is gone anyway.
    private async Task<ReconciliationResult<TEntity>> ReconcileAsync(
        QueueEntry<TEntity> entry,
        CancellationToken cancellationToken)
    {
        var entity = entry.Type == ReconciliationType.Deleted
            ? entry.Entity
            : await client.GetAsync<TEntity>(entry.Entity.Name(), entry.Entity.Namespace(), cancellationToken);
        return entity is null
            ? ReconciliationResult<TEntity>.Failure(entry.Entity, "Entity was not found.")
            : await reconciler.Reconcile(
                ReconciliationContext<TEntity>.CreateFor(entity, entry.Type, entry.Source), cancellationToken);
    }

    private void OnConflict(QueueEntry<TEntity> entry, CancellationToken cancellationToken)
    {
        if (_parallel.ConflictStrategy == ParallelReconciliationConflictStrategy.Discard)
        {
            metrics?.RecordDiscard(Kind);
        }
        else if (queue.Enqueue(entry with { RetryCount = 0 }, _parallel.GetEffectiveRequeueDelay(), cancellationToken))
        {
            metrics?.RecordRequeue(Kind, RequeueReasons.Conflict);
        }
    }

    private void OnFailure(QueueEntry<TEntity> entry, Exception failure, CancellationToken cancellationToken)
    {
        var retry = entry.RetryCount + 1;
        if (retry > _parallel.MaxErrorRetries)
        {
            logger.ReconciliationDropped(failure, entry.Entity.ToIdentifierString(), _parallel.MaxErrorRetries);
            return;
        }

        var delay = _parallel.GetErrorBackoffDelay(retry);
        logger.ReconciliationFailed(failure, entry.Entity.ToIdentifierString(), retry, _parallel.MaxErrorRetries, delay);
        if (queue.Enqueue(entry with { RetryCount = retry }, delay, cancellationToken))
        {
            metrics?.RecordRequeue(Kind, RequeueReasons.ErrorRetry);
        }
    }
}
