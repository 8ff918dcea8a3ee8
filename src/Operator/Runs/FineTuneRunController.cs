using System.Net;
using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Kubernetes;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs.Observing;
using GovernedFinetune.Operator.Status;
using k8s;
using k8s.Autorest;
using k8s.Models;
using KubeOps.Abstractions.Reconciliation;
using KubeOps.Abstractions.Reconciliation.Controller;
using KubeOps.KubernetesClient;

namespace GovernedFinetune.Operator.Runs;

/// <summary>
/// Brings KubeOps and the run's passes together: it opens the scope, passes until the run rests, stores the status and
/// says when to look again. Nothing escapes it, and every result of a run that is under way carries a wake-up: KubeOps
/// drops an object after its last retry and does not retry a plain failure.
/// </summary>
public sealed class FineTuneRunController(
    IKubernetesClient client,
    RunScopeFactory scopes,
    RunReconciler reconciler,
    RunStore store,
    RunFailures failures,
    JobWatchList watched,
    Successors<FineTuneRun> successors,
    ProfileSet profiles,
    LabelSelector selector,
    TimeProvider clock,
    ILogger<FineTuneRunController> logger) : IEntityController<FineTuneRun>
{
    /// <summary>Passes in one go: enough for the longest path without a wait, few enough to stay fair.</summary>
    private const int MaxPasses = 24;

    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(1);

    /// <summary>If this replica only renewed late, it goes on; if not, the queue is emptied.</summary>
    private static readonly TimeSpan WhenFenced = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    public async Task<ReconciliationResult<FineTuneRun>> ReconcileAsync(FineTuneRun entity, CancellationToken cancellationToken)
    {
        using var log = RunLog.Scope(logger, entity);
        if (!selector.Selects(entity.Metadata.Labels))
        {
            // It lost its label while it waited in the queue.
            Forget(entity);
            return ReconciliationResult<FineTuneRun>.Success(entity);
        }

        try
        {
            return await ReconcileLoggedAsync(entity, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ReconciliationResult<FineTuneRun>.Failure(entity, "The operator is stopping.", requeueAfter: Soon);
        }
        catch (OperatorException e) when (e.Kind is FailureKind.Fenced)
        {
            RunLog.Fenced(logger, e.Message);
            return ReconciliationResult<FineTuneRun>.Success(entity, WhenFenced);
        }
        catch (StatusConflictException e)
        {
            RunLog.StatusConflict(logger, e.Message);
            return ReconciliationResult<FineTuneRun>.Success(entity, Soon);
        }
        catch (Exception e)
        {
            RunLog.Failed(logger, e);
            return ReconciliationResult<FineTuneRun>.Failure(entity, e.Message, e, failures.NextWait(entity.Metadata.Uid));
        }
    }

    /// <summary>Nothing is cleaned up here: KubeOps may call it with a new object of the same name. See the finalizer.</summary>
    public async Task<ReconciliationResult<FineTuneRun>> DeletedAsync(FineTuneRun entity, CancellationToken cancellationToken)
    {
        Forget(entity);
        await successors.QueueAsync(entity, cancellationToken);
        return ReconciliationResult<FineTuneRun>.Success(entity);
    }

    private void Forget(FineTuneRun run)
    {
        watched.Forget(run.Metadata.Uid);
        failures.Forget(run.Metadata.Uid);
    }

    private async Task<ReconciliationResult<FineTuneRun>> ReconcileLoggedAsync(FineTuneRun entity, CancellationToken cancellationToken)
    {
        if (RunSummary.IsTerminal(entity.Status?.Phase))
        {
            Forget(entity);
            var ended = StatusPatch.Copy(entity.Status!);
            RunSummary.Observed(entity, ended);
            return await store.SaveAsync(entity, ended, cancellationToken) is { } kept
                ? await RetireAsync(kept, cancellationToken)
                : ReconciliationResult<FineTuneRun>.Success(entity);
        }

        var run = await Finalizers.EnsureAsync(client, entity, FineTuneRunFinalizer.Identifier, cancellationToken);
        if (await scopes.OpenAsync(run, cancellationToken) is not { } scope)
        {
            return await WithoutProfileAsync(run, cancellationToken);
        }

        for (var pass = 0; pass < MaxPasses; pass++)
        {
            var outcome = await PassAsync(scope, cancellationToken);
            if (outcome is PassOutcome.GoOn)
            {
                continue;
            }

            if (await store.SaveAsync(scope, cancellationToken) is not { } stored)
            {
                return ReconciliationResult<FineTuneRun>.Success(scope.Run);
            }

            scope = stored;
            if (outcome is PassOutcome.Rest rest)
            {
                watched.Update(scope);
                return ReconciliationResult<FineTuneRun>.Success(scope.Run, Wake(scope, rest));
            }
        }

        _ = await store.SaveAsync(scope, cancellationToken);
        return ReconciliationResult<FineTuneRun>.Success(scope.Run, Soon);
    }

    private async Task<PassOutcome> PassAsync(RunScope scope, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = await reconciler.PassAsync(scope, cancellationToken);
            if (scope.Status.NextAttemptAt is null && outcome is not PassOutcome.Rest { After.Ticks: 0 })
            {
                // A pass that only waits for the next try, or makes ready for it, has not put the failures behind it.
                failures.Forget(scope.Id.Uid);
            }

            return outcome;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (e is not (StatusConflictException or OperatorException { Kind: FailureKind.Fenced }))
        {
            return await failures.AnswerAsync(scope, e, cancellationToken);
        }
    }

    private async Task<ReconciliationResult<FineTuneRun>> WithoutProfileAsync(FineTuneRun run, CancellationToken cancellationToken)
    {
        var status = StatusPatch.Copy(run.Status ?? new FineTuneRunStatus());
        var now = clock.GetUtcNow();
        var message = $"The operator has no profile '{run.Spec.Profile}'; it has {profiles.Names}. Ask the platform team to add it, or create a run with another spec.profile.";
        status.StartedAt ??= Times.Second(now);
        RunSummary.Observed(run, status);
        if (status.Phase is FineTuneRunPhase.Stopping)
        {
            RunSummary.Hindered(run, status, Reasons.ProfileNotFound, message, stalled: true, now);
        }
        else
        {
            RunSummary.Progressing(run, status, status.Phase ?? FineTuneRunPhase.Pending, Reasons.ProfileNotFound, message, stalled: true, now);
        }

        var stored = await store.SaveAsync(run, status, cancellationToken);
        return ReconciliationResult<FineTuneRun>.Success(stored ?? run, TimeSpan.FromMinutes(1));
    }

    /// <summary>Deletes a run that has been finished for longer than its ttlAfterFinished.</summary>
    private async Task<ReconciliationResult<FineTuneRun>> RetireAsync(FineTuneRun run, CancellationToken cancellationToken)
    {
        if (Retention.Left(run, clock.GetUtcNow()) is not { } left)
        {
            return ReconciliationResult<FineTuneRun>.Success(run);
        }

        if (left > TimeSpan.Zero)
        {
            return ReconciliationResult<FineTuneRun>.Success(run, left < TimeSpan.FromDays(1) ? left : TimeSpan.FromDays(1));
        }

        await DeleteAsync(run, cancellationToken);
        return ReconciliationResult<FineTuneRun>.Success(run);
    }

    /// <summary>Deletes this very run: one of the same name that was created since has another uid, and stays.</summary>
    private async Task DeleteAsync(FineTuneRun run, CancellationToken cancellationToken)
    {
        try
        {
            _ = await client.ApiClient.CustomObjects.DeleteNamespacedCustomObjectAsync<object>(
                group: Api.Group,
                version: Api.Version,
                namespaceParameter: run.Metadata.NamespaceProperty,
                plural: "finetuneruns",
                name: run.Metadata.Name,
                body: new V1DeleteOptions { Preconditions = new V1Preconditions { Uid = run.Metadata.Uid } },
                cancellationToken: cancellationToken);
        }
        catch (HttpOperationException e) when (e.Response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            // Gone already.
        }
    }

    private static TimeSpan? Wake(RunScope scope, PassOutcome.Rest rest)
    {
        if (rest.After is { } after)
        {
            return after > Soon ? after : Soon;
        }

        // The run has just ended: come back once, for its time to live.
        return KubernetesDuration.TryParse(scope.Spec.TtlAfterFinished, out _) ? TimeSpan.FromMinutes(1) : null;
    }
}
