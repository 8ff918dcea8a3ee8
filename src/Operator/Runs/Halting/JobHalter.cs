using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Runs.Stages;
using GovernedFinetune.Operator.Runs.Stages.Preprocess;
using GovernedFinetune.Operator.Status;

namespace GovernedFinetune.Operator.Runs.Halting;

/// <summary>
/// Stops whatever a run has under way, for suspension, revocation, deadlines and deletion. It reports "halted" only when
/// each job was seen terminal or absent (design section 4, rule 7).
/// </summary>
public sealed class JobHalter(IAuditTrail audit)
{
    /// <summary>Asks for a stop where one is needed.</summary>
    /// <returns>Whether nothing is running any more.</returns>
    public async Task<bool> HaltAsync(RunScope scope, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var prepared = await HaltPrepareAsync(scope, now, cancellationToken);
        var trained = await HaltTrainingAsync(scope, now, cancellationToken);
        return prepared && trained;
    }

    private async Task<bool> HaltPrepareAsync(RunScope scope, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (scope.Status.Preprocessing is not { } status || Conditions.IsTrue(scope.Status.Conditions, ConditionTypes.DatasetPrepared))
        {
            return true;
        }

        var jobs = scope.Services.PrepareJobs;
        var job = status.JobRunId is { } id
            ? await jobs.GetAsync(id, cancellationToken)
            : await jobs.FindAsync(
                RunNames.Job(scope.Id, StageNames.Prepare, scope.Attempt), PrepareIntent.MadeAt(status, now) - PrepareIntent.Lag, cancellationToken);
        if (job is null)
        {
            return !PrepareIntent.MayBeHidden(status, now);
        }

        status.JobRunId = job.JobRunId;
        status.State = job.RawState;
        if (job.State.IsTerminal())
        {
            return true;
        }

        if (job.State is not JobState.Stopping)
        {
            await RecordAsync(scope, "CancelPrepareJob", job.JobRunId, now, cancellationToken);
            await jobs.CancelAsync(job.JobRunId, cancellationToken);
        }

        return false;
    }

    private async Task<bool> HaltTrainingAsync(RunScope scope, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (scope.Status.Training is not { JobName: { } name } status || Conditions.IsTrue(scope.Status.Conditions, ConditionTypes.ModelTrained))
        {
            return true;
        }

        var job = await scope.Services.TrainingJobs.DescribeAsync(name, cancellationToken);
        if (job is null || job.OwnerRunUid != scope.Id.Uid)
        {
            return true;
        }

        status.Arn = job.Arn;
        status.State = job.RawState;
        status.SecondaryState = job.SecondaryState;
        if (job.State.IsTerminal())
        {
            return true;
        }

        if (job.State is not JobState.Stopping)
        {
            await RecordAsync(scope, "StopTrainingJob", name, now, cancellationToken);
            await scope.Services.TrainingJobs.StopAsync(name, cancellationToken);
        }

        return false;
    }

    private async Task RecordAsync(RunScope scope, string action, string target, DateTimeOffset now, CancellationToken cancellationToken) =>
        scope.Status.Audit = await audit.AppendAsync(
            scope,
            new AuditEvent(AuditKind.Effect, action, target, scope.Attempt, AuditGrants.Of(scope), new Dictionary<string, string>()),
            now,
            cancellationToken);
}
