using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Kubernetes;
using KubeOps.Abstractions.Events;
using KubeOps.Abstractions.Reconciliation;
using KubeOps.Abstractions.Reconciliation.Controller;

namespace GovernedFinetune.Operator.Grants;

/// <summary>Reconciles grants and wakes the runs that wait for one, or must stop without it.</summary>
public sealed class DatasetGrantController(
    GrantReconciler reconciler,
    StatusWriter writer,
    GrantDependents dependents,
    Successors<DatasetGrant> successors,
    EventPublisher events,
    LabelSelector selector,
    ILogger<DatasetGrantController> logger) : IEntityController<DatasetGrant>
{
    private static readonly TimeSpan WhenFenced = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(15);

    /// <inheritdoc />
    public async Task<ReconciliationResult<DatasetGrant>> ReconcileAsync(DatasetGrant entity, CancellationToken cancellationToken)
    {
        using var log = GrantLog.Scope(logger, entity);
        if (!selector.Selects(entity.Metadata.Labels))
        {
            // It lost its label while it waited in the queue.
            return ReconciliationResult<DatasetGrant>.Success(entity);
        }

        try
        {
            return await ReconcileLoggedAsync(entity, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ReconciliationResult<DatasetGrant>.Failure(entity, "The operator is stopping.", requeueAfter: AfterFailure);
        }
        catch (OperatorException e) when (e.Kind is FailureKind.Fenced)
        {
            GrantLog.Fenced(logger, e.Message);
            return ReconciliationResult<DatasetGrant>.Success(entity, WhenFenced);
        }
        catch (Exception e)
        {
            GrantLog.Failed(logger, e);
            return ReconciliationResult<DatasetGrant>.Failure(entity, e.Message, e, AfterFailure);
        }
    }

    /// <summary>A grant has nothing outside to clean up; its runs notice that it is gone.</summary>
    public async Task<ReconciliationResult<DatasetGrant>> DeletedAsync(DatasetGrant entity, CancellationToken cancellationToken)
    {
        await dependents.WakeAsync(entity, cancellationToken);
        await successors.QueueAsync(entity, cancellationToken);
        return ReconciliationResult<DatasetGrant>.Success(entity);
    }

    private async Task<ReconciliationResult<DatasetGrant>> ReconcileLoggedAsync(DatasetGrant grant, CancellationToken cancellationToken)
    {
        var before = grant.Status ?? new DatasetGrantStatus();
        var after = StatusPatch.Copy(before);
        var next = await reconciler.ReconcileAsync(grant, after, cancellationToken);
        if (after.LastCheckedAt != before.LastCheckedAt || after.Phase != before.Phase)
        {
            after.ActiveRuns = await dependents.CountActiveAsync(grant, cancellationToken);
        }

        if (await writer.WriteAsync(grant, before, after, g => g.Status, "datasetgrants", cancellationToken) is not { } stored)
        {
            return ReconciliationResult<DatasetGrant>.Success(grant);
        }

        if (after.Phase != before.Phase)
        {
            var ready = Status.Conditions.Find(after.Conditions, ConditionTypes.Ready);
            GrantLog.Transition(logger, after.Phase, ready?.Reason ?? "", ready?.Message ?? "");
            await events(
                stored,
                ready?.Reason ?? after.Phase.ToString()!,
                ready?.Message ?? "",
                after.Phase is DatasetGrantPhase.Granted ? EventType.Normal : EventType.Warning,
                cancellationToken);
            await dependents.WakeAsync(stored, cancellationToken);
        }

        return ReconciliationResult<DatasetGrant>.Success(stored, next);
    }
}
