using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Kubernetes;
using GovernedFinetune.Operator.Runs.Halting;
using GovernedFinetune.Operator.Runs.Observing;
using GovernedFinetune.Operator.Runs.Ports;
using k8s.Models;
using KubeOps.Abstractions.Reconciliation;
using KubeOps.Abstractions.Reconciliation.Finalizer;

namespace GovernedFinetune.Operator.Runs;

/// <summary>
/// Lets a deleted run go only after its jobs were seen terminal or absent. <c>onDelete: Orphan</c> and the break-glass
/// annotation let it go at once; both are in the audit record.
/// </summary>
public sealed class FineTuneRunFinalizer(
    RunScopeFactory scopes,
    JobHalter halter,
    IAuditTrail audit,
    RunStore store,
    RunFailures failures,
    JobWatchList watched,
    LabelSelector selector,
    TimeProvider clock,
    ILogger<FineTuneRunFinalizer> logger) : IEntityFinalizer<FineTuneRun>
{
    /// <summary>The finalizer's name. KubeOps derives the same one from this class.</summary>
    public const string Identifier = "governedfinetune.io/finetunerunfinalizer";

    /// <summary>Set to <c>true</c> to let a run go although its jobs may still be running.</summary>
    public const string BreakGlass = "governedfinetune.io/orphan-jobs";

    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);

    /// <inheritdoc />
    public async Task<ReconciliationResult<FineTuneRun>> FinalizeAsync(FineTuneRun entity, CancellationToken cancellationToken)
    {
        using var log = RunLog.Scope(logger, entity);
        if (!selector.Selects(entity.Metadata.Labels))
        {
            return ReconciliationResult<FineTuneRun>.Failure(entity, "The run is not one that this installation selects.");
        }

        try
        {
            return await FinalizeLoggedAsync(entity, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ReconciliationResult<FineTuneRun>.Failure(entity, "The operator is stopping.", requeueAfter: LookAgain);
        }
        catch (OperatorException e) when (e.Kind is FailureKind.Fenced)
        {
            RunLog.Fenced(logger, e.Message);
            return ReconciliationResult<FineTuneRun>.Failure(entity, e.Message, requeueAfter: LookAgain);
        }
        catch (StatusConflictException e)
        {
            return ReconciliationResult<FineTuneRun>.Failure(entity, e.Message, e, LookAgain);
        }
        catch (Exception e)
        {
            RunLog.Failed(logger, e);
            return ReconciliationResult<FineTuneRun>.Failure(entity, e.Message, e, failures.NextWait(entity.Metadata.Uid));
        }
    }

    private async Task<ReconciliationResult<FineTuneRun>> FinalizeLoggedAsync(FineTuneRun run, CancellationToken cancellationToken)
    {
        if (RunSummary.IsTerminal(run.Status?.Phase))
        {
            // Its jobs were seen to have ended: neither the profile nor the services are needed to let it go.
            return Released(run);
        }

        var breakGlass = run.GetAnnotation(BreakGlass) == "true";
        if (await scopes.OpenAsync(run, cancellationToken) is not { } scope)
        {
            return breakGlass || run.Status?.Preprocessing is null
                ? Released(run)
                : ReconciliationResult<FineTuneRun>.Failure(
                    run,
                    $"The operator has no profile '{run.Spec.Profile}' any more, so it cannot see whether the run's jobs have ended. Restore the profile, or set annotation {BreakGlass}=true.",
                    requeueAfter: TimeSpan.FromMinutes(1));
        }

        return breakGlass ? await BreakGlassAsync(scope, cancellationToken) : await EndAsync(scope, cancellationToken);
    }

    /// <summary>Lets the run go whatever happens: a record that cannot be written must not hold it for ever.</summary>
    private async Task<ReconciliationResult<FineTuneRun>> BreakGlassAsync(RunScope scope, CancellationToken cancellationToken)
    {
        try
        {
            await RecordEndAsync(scope, Reasons.Orphaned, cancellationToken);
        }
        catch (OperatorException e) when (e.Kind is not FailureKind.Fenced)
        {
            RunLog.OrphanedUnrecorded(logger, BreakGlass, e.Reason, e.Message);
        }

        return Released(scope.Run);
    }

    private async Task<ReconciliationResult<FineTuneRun>> EndAsync(RunScope scope, CancellationToken cancellationToken)
    {
        var (now, orphan) = (clock.GetUtcNow(), scope.Spec.OnDelete is DeletionPolicy.Orphan);
        var wait = LookAgain;
        RunSummary.Observed(scope.Run, scope.Status);
        try
        {
            if (orphan || await halter.HaltAsync(scope, now, cancellationToken) is not Halt.UnderWay)
            {
                await RecordEndAsync(scope, orphan ? Reasons.Orphaned : Reasons.Deleted, cancellationToken);
                return Released(scope.Run);
            }

            failures.Forget(scope.Id.Uid);
            RunSummary.Stopping(scope.Run, scope.Status, Reasons.Stopping, "The run is being deleted; its jobs are being stopped.", now);
        }
        catch (OperatorException e) when (e.Kind is not FailureKind.Fenced)
        {
            RunLog.PassFailed(logger, e.Kind, e.Reason, e.Message, null);
            wait = e.RetryAfter ?? failures.NextWait(scope.Id.Uid);
            RunSummary.Progressing(
                scope.Run,
                scope.Status,
                FineTuneRunPhase.Stopping,
                e.Reason,
                $"The run is being deleted and cannot be let go: {e.Message} Mend that, or set annotation {BreakGlass}=true to let the run go with its jobs running.",
                stalled: e.Kind is FailureKind.Terminal,
                now);
        }

        var stored = await store.SaveAsync(scope, cancellationToken);
        return ReconciliationResult<FineTuneRun>.Failure(stored?.Run ?? scope.Run, "The run's jobs have not ended yet.", requeueAfter: wait);
    }

    private async Task RecordEndAsync(RunScope scope, string reason, CancellationToken cancellationToken)
    {
        if (scope.Status.Audit is not null || scope.Status.Preprocessing is not null)
        {
            _ = await audit.AppendAsync(
                scope,
                new AuditEvent(AuditKind.Outcome, "Deleted", reason, scope.Attempt, AuditGrants.Of(scope), RunSnapshot.Of(scope)),
                clock.GetUtcNow(),
                cancellationToken);
        }
    }

    private ReconciliationResult<FineTuneRun> Released(FineTuneRun run)
    {
        watched.Forget(run.Metadata.Uid);
        failures.Forget(run.Metadata.Uid);
        return ReconciliationResult<FineTuneRun>.Success(run);
    }
}
