using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Runs.Stages;
using GovernedFinetune.Operator.Runs.Stages.Preprocess;
using GovernedFinetune.Operator.Status;

namespace GovernedFinetune.Operator.Runs.Halting;

/// <summary>How far a run's jobs are on their way to an end.</summary>
public enum Halt
{
    /// <summary>Something may still be running.</summary>
    UnderWay,

    /// <summary>Nothing is running any more.</summary>
    Halted,

    /// <summary>Nothing is running any more, and the job that was to be stopped had succeeded before: its result is whole.</summary>
    Completed,
}

/// <summary>
/// Stops whatever a run has under way, for suspension, revocation, deadlines and deletion. It reports an end only when
/// each job was seen terminal or absent (design section 4, rule 7).
/// </summary>
public sealed class JobHalter(IAuditTrail audit)
{
    /// <summary>Asks for a stop where one is needed.</summary>
    public async Task<Halt> HaltAsync(RunScope scope, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var prepared = await HaltPrepareAsync(scope, now, cancellationToken);
        var trained = await HaltTrainingAsync(scope, now, cancellationToken);
        return (prepared, trained) switch
        {
            (Halt.UnderWay, _) or (_, Halt.UnderWay) => Halt.UnderWay,
            (Halt.Completed, _) or (_, Halt.Completed) => Halt.Completed,
            _ => Halt.Halted,
        };
    }

    private async Task<Halt> HaltPrepareAsync(RunScope scope, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (scope.Status.Preprocessing is not { } status || Conditions.IsTrue(scope.Status.Conditions, ConditionTypes.DatasetPrepared))
        {
            return Halt.Halted;
        }

        var jobs = scope.Services.PrepareJobs;
        var job = status.JobRunId is { } id
            ? await jobs.GetAsync(id, cancellationToken)
            : await jobs.FindAsync(
                RunNames.Job(scope.Id, StageNames.Prepare, scope.Attempt), PrepareIntent.MadeAt(status, now) - PrepareIntent.Lag, cancellationToken);
        if (job is null)
        {
            return PrepareIntent.MayBeHidden(status, now) ? Halt.UnderWay : Halt.Halted;
        }

        status.JobRunId = job.JobRunId;
        status.State = job.RawState;
        if (job.State.IsTerminal())
        {
            return Ended(job.State);
        }

        if (job.State is not JobState.Stopping)
        {
            await RecordAsync(scope, "CancelPrepareJob", job.JobRunId, now, cancellationToken);
            await jobs.CancelAsync(job.JobRunId, cancellationToken);
        }

        return Halt.UnderWay;
    }

    private async Task<Halt> HaltTrainingAsync(RunScope scope, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (scope.Status.Training is not { JobName: { } name } status || Conditions.IsTrue(scope.Status.Conditions, ConditionTypes.ModelTrained))
        {
            return Halt.Halted;
        }

        var job = await scope.Services.TrainingJobs.DescribeAsync(name, cancellationToken);
        if (job is null || job.OwnerRunUid != scope.Id.Uid)
        {
            return Halt.Halted;
        }

        status.Arn = job.Arn;
        status.State = job.RawState;
        status.SecondaryState = job.SecondaryState;
        if (job.State.IsTerminal())
        {
            return Ended(job.State);
        }

        if (job.State is not JobState.Stopping)
        {
            await RecordAsync(scope, "StopTrainingJob", name, now, cancellationToken);
            await scope.Services.TrainingJobs.StopAsync(name, cancellationToken);
        }

        return Halt.UnderWay;
    }

    private static Halt Ended(JobState state) => state is JobState.Succeeded ? Halt.Completed : Halt.Halted;

    private async Task RecordAsync(RunScope scope, string action, string target, DateTimeOffset now, CancellationToken cancellationToken) =>
        scope.Status.Audit = await audit.AppendAsync(
            scope,
            new AuditEvent(AuditKind.Effect, action, target, scope.Attempt, AuditGrants.Of(scope), new Dictionary<string, string>()),
            now,
            cancellationToken);
}
