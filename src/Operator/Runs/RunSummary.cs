using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Status;

namespace GovernedFinetune.Operator.Runs;

/// <summary>
/// The one place that turns what happened into phase and conditions, so that they cannot disagree. Ready, Reconciling
/// and Stalled follow kstatus: the last two are present only while they are True. Succeeded is the batch outcome.
/// </summary>
public static class RunSummary
{
    /// <summary>Both services stop a job within minutes, uploads and checkpoints included.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromMinutes(30);

    /// <summary>Whether a phase is an end.</summary>
    public static bool IsTerminal(FineTuneRunPhase? phase) =>
        phase is FineTuneRunPhase.Succeeded or FineTuneRunPhase.Failed or FineTuneRunPhase.Stopped;

    /// <summary>
    /// The spec as it is now was looked at, and what the conditions say still holds: kstatus and <c>kubectl wait</c> take
    /// an older generation for work that is still to be done.
    /// </summary>
    public static void Observed(FineTuneRun run, FineTuneRunStatus status)
    {
        foreach (var condition in Begin(run, status))
        {
            condition.ObservedGeneration = run.Metadata.Generation;
        }
    }

    /// <summary>The run goes on, or waits.</summary>
    public static void Progressing(FineTuneRun run, FineTuneRunStatus status, FineTuneRunPhase phase, string reason, string message, bool stalled, DateTimeOffset now)
    {
        Enter(status, phase);
        var conditions = Begin(run, status);
        Conditions.Set(conditions, ConditionTypes.Ready, "False", reason, message, run.Metadata.Generation, now);
        Conditions.Set(conditions, ConditionTypes.Succeeded, "Unknown", reason, message, run.Metadata.Generation, now);
        Toggle(run, conditions, ConditionTypes.Reconciling, !stalled, reason, message, now);
        Toggle(run, conditions, ConditionTypes.Stalled, stalled, reason, message, now);
    }

    /// <summary>
    /// The run's jobs are being stopped. One that takes too long for that stalls the run, for a person to look; it is never
    /// called stopped before its jobs are.
    /// </summary>
    public static void Stopping(FineTuneRun run, FineTuneRunStatus status, string reason, string message, DateTimeOffset now)
    {
        status.StoppingSince ??= Times.Second(now);
        var overdue = now - Times.Moment(status.StoppingSince) > StopLimit;
        Progressing(run, status, FineTuneRunPhase.Stopping, reason, message, stalled: overdue, now);
        if (overdue)
        {
            Hindered(
                run,
                status,
                Reasons.StopOverdue,
                $"A job was told to stop more than {StopLimit.TotalMinutes:0} minutes ago and has not ended. Look at it in the service (its name stands in status); the operator goes on looking.",
                stalled: true,
                now);
        }
    }

    /// <summary>Something hinders the run from being stopped. Ready keeps what it is stopped for: what comes after depends on it.</summary>
    public static void Hindered(FineTuneRun run, FineTuneRunStatus status, string reason, string message, bool stalled, DateTimeOffset now)
    {
        var conditions = Begin(run, status);
        Toggle(run, conditions, ConditionTypes.Reconciling, !stalled, reason, message, now);
        Toggle(run, conditions, ConditionTypes.Stalled, stalled, reason, message, now);
    }

    /// <summary>The run rests: suspended by its spec. It is neither in progress nor broken.</summary>
    public static void Resting(FineTuneRun run, FineTuneRunStatus status, string message, DateTimeOffset now)
    {
        Enter(status, FineTuneRunPhase.Suspended);
        var conditions = Begin(run, status);
        Conditions.Set(conditions, ConditionTypes.Ready, "False", Reasons.Suspended, message, run.Metadata.Generation, now);
        Conditions.Set(conditions, ConditionTypes.Succeeded, "Unknown", Reasons.Suspended, message, run.Metadata.Generation, now);
        Conditions.Remove(conditions, ConditionTypes.Reconciling);
        Conditions.Remove(conditions, ConditionTypes.Stalled);
    }

    /// <summary>The run has ended.</summary>
    public static void Finished(FineTuneRun run, FineTuneRunStatus status, FineTuneRunPhase phase, string reason, string message, DateTimeOffset now)
    {
        var well = phase == FineTuneRunPhase.Succeeded;
        Enter(status, phase);
        status.FinishedAt ??= Times.Second(now);
        status.NextAttemptAt = null;
        var conditions = Begin(run, status);
        Conditions.Set(conditions, ConditionTypes.Ready, well ? "True" : "False", reason, message, run.Metadata.Generation, now);
        Conditions.Set(conditions, ConditionTypes.Succeeded, well ? "True" : "False", reason, message, run.Metadata.Generation, now);
        Conditions.Remove(conditions, ConditionTypes.Reconciling);
        Toggle(run, conditions, ConditionTypes.Stalled, !well, reason, message, now);
    }

    /// <summary>A stage has begun, is done, or has failed.</summary>
    public static void Stage(FineTuneRun run, FineTuneRunStatus status, string condition, string value, string reason, string message, DateTimeOffset now) =>
        Conditions.Set(Begin(run, status), condition, value, reason, message, run.Metadata.Generation, now);

    private static void Enter(FineTuneRunStatus status, FineTuneRunPhase phase)
    {
        status.Phase = phase;
        if (phase is not FineTuneRunPhase.Stopping)
        {
            status.StoppingSince = null;
        }
    }

    private static IList<Condition> Begin(FineTuneRun run, FineTuneRunStatus status)
    {
        status.ObservedGeneration = run.Metadata.Generation;
        return status.Conditions ??= [];
    }

    private static void Toggle(FineTuneRun run, IList<Condition> conditions, string type, bool on, string reason, string message, DateTimeOffset now)
    {
        if (on)
        {
            Conditions.Set(conditions, type, "True", reason, message, run.Metadata.Generation, now);
        }
        else
        {
            Conditions.Remove(conditions, type);
        }
    }
}
