using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Runs.Halting;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Status;

namespace GovernedFinetune.Operator.Runs;

/// <summary>
/// Every way in which a run stops being under way: denied, finished, or stopped in the middle, where its jobs are halted
/// first. Phase <c>Stopping</c> is kept until they were seen terminal or absent; what comes after it stands in the reason.
/// </summary>
public sealed class RunStops(JobHalter halter, IAuditTrail audit)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    /// <summary>Whether the run is being stopped.</summary>
    public bool IsStopping(FineTuneRunStatus status) => status.Phase is FineTuneRunPhase.Stopping;

    /// <summary>
    /// Begins to stop a run. That it is stopped, and why, is stored before any job is: after a crash, a job that the operator
    /// stopped would otherwise look like one that somebody else stopped.
    /// </summary>
    public async Task<PassOutcome> BeginAsync(RunScope scope, string reason, string message, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (reason == Reasons.GrantRevoked)
        {
            scope.Status.Audit = await audit.AppendAsync(
                scope,
                new AuditEvent(AuditKind.Revocation, reason, scope.Spec.Grant, scope.Attempt, AuditGrants.Of(scope), RunSnapshot.Of(scope)),
                now,
                cancellationToken);
        }

        scope.Events.Add(new RunEvent(reason, message, Warning: reason != Reasons.Suspended));
        RunSummary.Stopping(scope.Run, scope.Status, reason, message, now);
        return new PassOutcome.StoreAndGoOn();
    }

    /// <summary>Goes on stopping a run.</summary>
    public async Task<PassOutcome> ContinueAsync(RunScope scope, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // What the run is stopped for; what hinders it stands in Reconciling or Stalled.
        var ready = Conditions.Find(scope.Status.Conditions, ConditionTypes.Ready)!;
        var (reason, message) = (ready.Reason!, ready.Message!);
        scope.Status.NextAttemptAt = null;
        var halt = await halter.HaltAsync(scope, now, cancellationToken);
        if (halt is Halt.UnderWay)
        {
            RunSummary.Stopping(scope.Run, scope.Status, reason, message, now);
            return new PassOutcome.Rest(LookAgain);
        }

        Interrupt(scope, reason, message, now);
        switch (reason)
        {
            case Reasons.Suspended:
                // The stage under way starts anew when the run goes on, in an attempt of its own. A job that had succeeded
                // before it could be stopped is not thrown away: the same attempt goes on and finds it.
                scope.Status.Attempt = halt is Halt.Completed ? scope.Attempt : scope.Attempt + 1;
                RunSummary.Resting(scope.Run, scope.Status, message, now);
                return new PassOutcome.Rest(scope.Spec.Suspend ? TimeSpan.FromMinutes(5) : TimeSpan.Zero);
            case Reasons.GrantRevoked:
                return await FinishAsync(scope, FineTuneRunPhase.Stopped, reason, message, now, cancellationToken);
            default:
                return await FinishAsync(scope, FineTuneRunPhase.Failed, reason, message, now, cancellationToken);
        }
    }

    /// <summary>Ends a run whose jobs have ended.</summary>
    public async Task<PassOutcome> FinishAsync(RunScope scope, FineTuneRunPhase phase, string reason, string message, DateTimeOffset now, CancellationToken cancellationToken)
    {
        scope.Status.Audit = await audit.AppendAsync(
            scope,
            new AuditEvent(AuditKind.Outcome, phase.ToString(), reason, scope.Attempt, AuditGrants.Of(scope), RunSnapshot.Of(scope)),
            now,
            cancellationToken);
        RunSummary.Finished(scope.Run, scope.Status, phase, reason, message, now);
        scope.Events.Add(new RunEvent(phase == FineTuneRunPhase.Succeeded ? Reasons.Succeeded : reason, message, Warning: phase != FineTuneRunPhase.Succeeded));
        return new PassOutcome.Rest(null);
    }

    /// <summary>Ends a run that was never allowed to start.</summary>
    public async Task<PassOutcome> DenyAsync(RunScope scope, string reason, string message, DateTimeOffset now, CancellationToken cancellationToken)
    {
        scope.Status.Audit = await audit.AppendAsync(
            scope,
            new AuditEvent(AuditKind.Denial, reason, scope.Spec.Source.Table, scope.Attempt, AuditGrants.Of(scope), RunSnapshot.Of(scope)),
            now,
            cancellationToken);
        RunSummary.Finished(scope.Run, scope.Status, FineTuneRunPhase.Failed, reason, message, now);
        scope.Events.Add(new RunEvent(reason, message, Warning: true));
        return new PassOutcome.Rest(null);
    }

    /// <summary>The stage under way is not in progress any more.</summary>
    private static void Interrupt(RunScope scope, string reason, string message, DateTimeOffset now)
    {
        foreach (var condition in scope.Status.Conditions!.Where(c => c is { Status: "False", Reason: Reasons.InProgress }).ToList())
        {
            RunSummary.Stage(scope.Run, scope.Status, condition.Type, "False", reason, message, now);
        }
    }
}
