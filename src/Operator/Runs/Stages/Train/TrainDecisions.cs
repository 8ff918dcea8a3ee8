using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Runs.Jobs;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Runs.Stages.Train;

/// <summary>Train's table of decisions.</summary>
public static class TrainDecisions
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(30);

    /// <summary>Decides.</summary>
    public static Decision Decide(RunFacts run, TrainObservation seen)
    {
        var status = run.Status.Training ?? new TrainingStatus();
        if (seen.Job is not { } job)
        {
            // An ARN in status means that the job existed: somebody deleted it, and starting another would hide that.
            return status.Arn is null
                ? new Decision.Do(new CreateTrainingJob(status.JobName!))
                : new Decision.Fail(Reasons.JobStopped, $"SageMaker does not know training job {status.JobName} any more: somebody deleted it.");
        }

        var name = $"SageMaker training job {job.Name}";
        if (job.OwnerRunUid != run.Id.Uid)
        {
            return new Decision.Fail(Reasons.Conflict, $"{name} exists and does not belong to this run (its environment names run '{job.OwnerRunUid}'). It is not touched.");
        }

        return job.State switch
        {
            JobState.Pending or JobState.Running or JobState.Stopping =>
                new Decision.Wait(Reasons.InProgress, $"{name} is {job.RawState}/{job.SecondaryState}.", LookAgain),
            JobState.Failed when job.FailureIsOurs => new Decision.Fail(Reasons.JobFailed, $"{name} failed: {job.FailureReason}"),
            JobState.Failed => new Decision.TryAgain(Reasons.ServiceFault, $"{name} failed: {job.FailureReason}"),
            JobState.Stopped => new Decision.Fail(Reasons.JobStopped, $"{name} was stopped by somebody else."),
            JobState.TimedOut => new Decision.Fail(
                Reasons.DeadlineExceeded,
                $"{name} reached {job.SecondaryState}: raise spec.training.maxRuntime{(run.Spec.Training.Spot is null ? "" : " or spec.training.spot.maxWait")} or train less."),
            JobState.Succeeded => OnSuccess(run, job, seen),
            _ => Decision.StallOn(name, $"{job.RawState}/{job.SecondaryState}", LookAgain),
        };
    }

    private static Decision OnSuccess(RunFacts run, TrainingJob job, TrainObservation seen)
    {
        if (seen.Manifest is not { Document: { } manifest })
        {
            return new Decision.Fail(Reasons.ManifestInvalid, seen.Manifest?.Problem ?? $"Training job {job.Name} names no artifacts.");
        }

        return Disagreement(run, manifest) is { } problem
            ? new Decision.Fail(Reasons.ManifestInvalid, $"The manifest of training job {job.Name} does not match the run: {problem}. The model is not registered.")
            : new Decision.Done($"{job.Name}: {manifest.Files.Count} files, {manifest.Metrics.Steps} steps.");
    }

    private static string? Disagreement(RunFacts run, TrainManifest manifest)
    {
        var prepared = run.Status.Preprocessing ?? new PreprocessingStatus();
        return manifest switch
        {
            { SchemaVersion: not 1 } or { Kind: not "TrainManifest" } => $"it is a {manifest.Kind} of schema version {manifest.SchemaVersion}, not a TrainManifest of version 1",
            { Run.Uid: var uid } when uid != run.Id.Uid => $"it is of run {uid}",
            { Run.Attempt: var attempt } when attempt != run.Status.Attempt => $"it is of attempt {attempt}",
            { Inputs: not [{ }] } => "it does not have exactly one input",
            { Inputs: [var input] } when input.TableId != prepared.OutputTableId || input.Version != prepared.OutputVersion =>
                $"it read version {input.Version} of table {input.TableId}, prepared are {prepared.OutputVersion} and {prepared.OutputTableId}",
            { Model: var model } when model.Id != run.Spec.Model.Id || model.Revision != run.Spec.Model.Revision =>
                $"it trained {model.Id} at {model.Revision}",
            { Files: [] } => "it lists no files",
            _ when manifest.Files.Any(f => f is null) => "it lists a file without a name",
            _ when manifest.Files.All(f => f.Path != "MLmodel") => "it lists no MLmodel file, without which the registry cannot use the version",
            _ when manifest.Files.FirstOrDefault(f => !IsSafe(f.Path)) is { } unsafeFile => $"it lists a file outside its folder: '{unsafeFile.Path}'",
            _ when ManifestDigest.Of(manifest.Files.Select(f => (f.Path, f.Sha256))) != manifest.Digest => "its digest is not that of its files",
            _ => null,
        };
    }

    private static bool IsSafe(string path) =>
        path.Length > 0 && path[0] != '/' && !path.Split('/').Any(part => part is "" or "." or "..");
}
