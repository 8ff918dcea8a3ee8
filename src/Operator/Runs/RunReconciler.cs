using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Runs.Stages;
using GovernedFinetune.Operator.Status;

namespace GovernedFinetune.Operator.Runs;

/// <summary>
/// One pass over one run: Authorizing, Preprocessing, Training, Registering, RecordingLineage, Succeeded. It only orders
/// the stages; each stage observes, decides and acts by itself (design section 4).
/// </summary>
public sealed class RunReconciler(IReadOnlyList<IStage> stages, RunStops stops, IAuditTrail audit, TimeProvider clock)
{
    private const string BySpec = "Suspended by spec.suspend.";
    private static readonly TimeSpan GrantPoll = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SuspendedPoll = TimeSpan.FromMinutes(5);

    /// <summary>Passes once. The status in the scope is what is to be stored.</summary>
    /// <exception cref="OperatorException">A service failed; the caller answers by its kind.</exception>
    public async Task<PassOutcome> PassAsync(RunScope scope, CancellationToken cancellationToken)
    {
        var (run, status, now) = (scope.Run, scope.Status, clock.GetUtcNow());
        if (RunSummary.IsTerminal(status.Phase))
        {
            return new PassOutcome.Rest(null);
        }

        RunSummary.Observed(run, status);
        status.StartedAt ??= Times.Second(now);
        if (stops.IsStopping(status))
        {
            return await stops.ContinueAsync(scope, now, cancellationToken);
        }

        if (scope.Spec.Suspend)
        {
            if (status.Phase is not FineTuneRunPhase.Suspended)
            {
                return await stops.BeginAsync(scope, Reasons.Suspended, BySpec, now, cancellationToken);
            }

            RunSummary.Resting(run, status, BySpec, now);
            return new PassOutcome.Rest(SuspendedPoll);
        }

        var verdict = GrantGate.Judge(scope.Id, scope.Spec, scope.Profile, scope.Grant, now);
        var authorized = Conditions.IsTrue(status.Conditions, ConditionTypes.GrantVerified);
        if (!authorized && verdict is not GrantVerdict.Allowed)
        {
            return await WithoutGrantAsync(scope, verdict, now, cancellationToken);
        }

        if (authorized && Lost(verdict) is { } loss && scope.Grant?.Spec.OnRevocation is not RevocationPolicy.Finish)
        {
            return await stops.BeginAsync(scope, Reasons.GrantRevoked, loss, now, cancellationToken);
        }

        if (Times.Moment(status.NextAttemptAt) is { } due && due > now)
        {
            return new PassOutcome.Rest(due - now);
        }

        status.NextAttemptAt = null;
        return await StageAsync(scope, verdict, now, cancellationToken);
    }

    private async Task<PassOutcome> StageAsync(RunScope scope, GrantVerdict verdict, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (Next(scope) is not { } stage)
        {
            // Every stage is done, and recording the outcome failed the last time.
            return await SucceedAsync(scope, now, cancellationToken);
        }

        if (Begun(scope.Status, stage) is not { } begun)
        {
            // The first stage has no effects, so its intent need not be stored; after a suspension others are entered here.
            Enter(scope, stage, now);
            return stage == stages[0] ? new PassOutcome.GoOn() : new PassOutcome.StoreAndGoOn();
        }

        if (now - begun > stage.Deadline(scope.Spec))
        {
            return await stops.BeginAsync(
                scope, Reasons.DeadlineExceeded, $"{stage.Phase} took longer than {stage.Deadline(scope.Spec).TotalHours:0.#} hours.", now, cancellationToken);
        }

        switch (await stage.DecideAsync(scope, now, cancellationToken))
        {
            case Decision.Do act when verdict is GrantVerdict.Allowed:
                return await ActAsync(scope, stage, act.Effect, now, cancellationToken);
            case Decision.Do when Lost(verdict) is { } loss:
                return await stops.BeginAsync(scope, Reasons.GrantRevoked, loss, now, cancellationToken);
            case Decision.Do:
                var notYet = (GrantVerdict.NotYet)verdict;
                RunSummary.Progressing(scope.Run, scope.Status, stage.Phase, notYet.Reason, notYet.Message, stalled: false, now);
                return new PassOutcome.Rest(GrantPoll);
            case Decision.Wait wait:
                RunSummary.Progressing(scope.Run, scope.Status, stage.Phase, wait.Reason, wait.Message, wait.Stalled, now);
                return new PassOutcome.Rest(wait.After);
            case Decision.Done done:
                return await DoneAsync(scope, stage, done.Message, now, cancellationToken);
            case Decision.TryAgain again:
                return await TryAgainAsync(scope, stage, again, now, cancellationToken);
            case Decision.Fail fail:
                return await FailAsync(scope, stage, fail.Reason, fail.Message, now, cancellationToken);
            case var unknown:
                throw new InvalidOperationException($"{unknown.GetType().Name} is not a decision.");
        }
    }

    private async Task<PassOutcome> ActAsync(RunScope scope, IStage stage, Effect effect, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var grant = scope.Grant!;
        scope.Status.Grant = new GrantStatus { Uid = grant.Metadata.Uid, Digest = grant.Status.Digest, CheckedAt = grant.Status.LastCheckedAt };
        scope.Status.Audit = await audit.AppendAsync(
            scope,
            new AuditEvent(AuditKind.Effect, effect.Action, effect.Target, scope.Attempt, AuditGrants.Of(scope), RunSnapshot.Of(scope)),
            now,
            cancellationToken);
        await stage.ActAsync(scope, effect, now, cancellationToken);
        return effect.ResultMustBeStored ? new PassOutcome.StoreAndGoOn() : new PassOutcome.GoOn();
    }

    private async Task<PassOutcome> DoneAsync(RunScope scope, IStage stage, string message, DateTimeOffset now, CancellationToken cancellationToken)
    {
        RunSummary.Stage(scope.Run, scope.Status, stage.Condition, "True", Reasons.Succeeded, message, now);
        scope.Events.Add(new RunEvent(stage.Condition, message, Warning: false));

        if (Next(scope) is not { } next)
        {
            return await SucceedAsync(scope, now, cancellationToken);
        }

        Enter(scope, next, now);
        return new PassOutcome.StoreAndGoOn();
    }

    private Task<PassOutcome> SucceedAsync(RunScope scope, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (reason, text) = scope.Spec.DryRun
            ? (Reasons.DryRun, "Every check passed. Nothing was started, because spec.dryRun is true.")
            : (Reasons.Succeeded, $"{scope.Spec.Registry.Model} version {scope.Status.Registration?.Version} is registered and its lineage is recorded.");
        return stops.FinishAsync(scope, FineTuneRunPhase.Succeeded, reason, text, now, cancellationToken);
    }

    private async Task<PassOutcome> TryAgainAsync(RunScope scope, IStage stage, Decision.TryAgain again, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Attempts are not counted here: going on after a suspension begins one, too, and uses up no retry.
        var (failed, retries, limit) = (scope.Attempt, scope.Status.Retries ?? 0, scope.Spec.Retry.Limit);
        if (retries >= limit)
        {
            return await FailAsync(
                scope, stage, Reasons.RetriesExhausted, $"Attempt {failed} failed after {retries} of {limit} retries (spec.retry.limit): {again.Message}", now, cancellationToken);
        }

        scope.Status.Retries = retries + 1;
        scope.Status.Attempt = failed + 1;
        Enter(scope, stage, now);
        scope.Status.NextAttemptAt = Times.Second(now + Backoff.After(retries + 4, Random.Shared.NextDouble()));
        var message = $"Attempt {failed} failed; retry {retries + 1} of {limit} will follow: {again.Message}";
        RunSummary.Progressing(scope.Run, scope.Status, stage.Phase, Reasons.RetryScheduled, message, stalled: false, now);
        scope.Events.Add(new RunEvent(Reasons.RetryScheduled, message, Warning: true));
        return new PassOutcome.StoreAndGoOn();
    }

    private async Task<PassOutcome> FailAsync(RunScope scope, IStage stage, string reason, string message, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // The condition last: were it stored without the outcome, the next pass would take the stage for one to begin anew.
        var ended = await stops.FinishAsync(scope, FineTuneRunPhase.Failed, reason, message, now, cancellationToken);
        RunSummary.Stage(scope.Run, scope.Status, stage.Condition, "False", reason, message, now);
        return ended;
    }

    private async Task<PassOutcome> WithoutGrantAsync(RunScope scope, GrantVerdict verdict, DateTimeOffset now, CancellationToken cancellationToken)
    {
        switch (verdict)
        {
            case GrantVerdict.NotYet notYet:
                RunSummary.Stage(scope.Run, scope.Status, ConditionTypes.GrantVerified, "Unknown", notYet.Reason, notYet.Message, now);
                RunSummary.Progressing(scope.Run, scope.Status, FineTuneRunPhase.Authorizing, notYet.Reason, notYet.Message, stalled: false, now);
                return now - Times.Moment(scope.Status.StartedAt) > stages[0].Deadline(scope.Spec)
                    ? await FailAsync(scope, stages[0], Reasons.DeadlineExceeded, $"Waited too long: {notYet.Message}", now, cancellationToken)
                    : new PassOutcome.Rest(GrantPoll);
            case GrantVerdict.Refused refused:
                RunSummary.Stage(scope.Run, scope.Status, ConditionTypes.GrantVerified, "False", refused.Reason, refused.Message, now);
                return await stops.DenyAsync(scope, refused.Reason, refused.Message, now, cancellationToken);
            default:
                throw new InvalidOperationException("An allowed verdict needs no answer.");
        }
    }

    /// <summary>The first stage that is not done; a dry run has the first one only.</summary>
    private IStage? Next(RunScope scope) => stages
        .Take(scope.Spec.DryRun ? 1 : stages.Count)
        .FirstOrDefault(s => !Conditions.IsTrue(scope.Status.Conditions, s.Condition));

    /// <summary>A stage begins: names and tokens go into the status before any call uses them.</summary>
    private static void Enter(RunScope scope, IStage stage, DateTimeOffset now)
    {
        // Removed first, so that the transition time is that of this attempt: the deadline counts from it.
        Conditions.Remove(scope.Status.Conditions ??= [], stage.Condition);
        stage.Enter(scope, now);
        var message = $"Attempt {scope.Attempt}.";
        RunSummary.Stage(scope.Run, scope.Status, stage.Condition, "False", Reasons.InProgress, message, now);
        RunSummary.Progressing(scope.Run, scope.Status, stage.Phase, Reasons.InProgress, $"{stage.Phase}: {message}", stalled: false, now);
    }

    private static DateTimeOffset? Begun(FineTuneRunStatus status, IStage stage) =>
        Conditions.Find(status.Conditions, stage.Condition) is { Status: "False", Reason: Reasons.InProgress } condition
            ? Times.Moment(condition.LastTransitionTime)
            : null;

    private static string? Lost(GrantVerdict verdict) => verdict switch
    {
        GrantVerdict.Refused refused => refused.Message,
        GrantVerdict.NotYet { Reason: Reasons.GrantNotFound } gone => gone.Message,
        _ => null,
    };
}
