using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Runs.Jobs;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Runs.Stages.Preprocess;

/// <summary>Preprocess' table of decisions.</summary>
public static class PreprocessDecisions
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(2);

    /// <summary>Decides.</summary>
    public static Decision Decide(RunFacts run, PreprocessObservation seen)
    {
        var status = run.Status.Preprocessing ?? new PreprocessingStatus();
        if (seen.Job is not { } job)
        {
            return WithoutJob(run, status, seen);
        }

        var name = $"EMR Serverless job run {job.JobRunId}";
        return job.State switch
        {
            JobState.Pending or JobState.Running or JobState.Stopping =>
                new Decision.Wait(Reasons.InProgress, $"{name} is {job.RawState}.", LookAgain),
            JobState.Failed when job.FailureIsOurs => new Decision.Fail(Reasons.JobFailed, $"{name} failed: {seen.Failure ?? job.Details}"),
            JobState.Failed => new Decision.TryAgain(Reasons.ServiceFault, $"{name} failed: {job.Details}"),
            JobState.Stopped => new Decision.Fail(Reasons.JobStopped, $"{name} was cancelled by somebody else: {job.Details}"),
            JobState.TimedOut => new Decision.Fail(Reasons.DeadlineExceeded, $"{name} ran longer than spec.preprocessing.timeout ({run.Spec.Preprocessing.Timeout}): {job.Details}"),
            JobState.Succeeded => OnSuccess(run, seen),
            _ => Decision.StallOn(name, job.RawState, LookAgain),
        };
    }

    private static Decision WithoutJob(RunFacts run, PreprocessingStatus status, PreprocessObservation seen) => status.JobRunId switch
    {
        null when seen.IntentIsStale =>
            new Decision.Wait(Reasons.InProgress, "EMR Serverless has no job of this attempt; it is started now.", TimeSpan.Zero),
        null => new Decision.Do(new StartPrepareJob(RunNames.Job(run.Id, StageNames.Prepare, run.Status.Attempt ?? 1))),
        var id when PrepareIntent.MayBeHidden(status, run.Now) =>
            new Decision.Wait(Reasons.InProgress, $"EMR Serverless does not show job run {id} yet.", TimeSpan.FromSeconds(15)),
        var id => new Decision.TryAgain(Reasons.ServiceFault, $"EMR Serverless does not know job run {id} any more."),
    };

    private static Decision OnSuccess(RunFacts run, PreprocessObservation seen)
    {
        if (seen.Manifest is not { Document: { } manifest })
        {
            return new Decision.Fail(Reasons.ManifestInvalid, seen.Manifest?.Problem ?? "The manifest was not read.");
        }

        if (Disagreement(run, seen, manifest) is { } problem)
        {
            return new Decision.Fail(Reasons.ManifestInvalid, $"The manifest of the preparation job does not match the run: {problem}. The table is not used.");
        }

        var output = manifest.Outputs[0];
        if (seen.OutputTable is not { } table)
        {
            return new Decision.Do(new CreateOutputTable(new NewExternalTable(
                output.Table,
                output.Format,
                output.Location,
                output.Columns,
                new Dictionary<string, string> { ["governedfinetune.io/created-by-run"] = run.Id.Uid })));
        }

        return Same(table.Location, output.Location)
            ? new Decision.Done($"{output.Table} version {output.Version}: {output.Rows} rows, {output.Tokens} tokens.")
            : new Decision.Fail(
                Reasons.Conflict,
                $"Table '{output.Table}' exists at {table.Location}, not at {output.Location} where this profile lays prepared tables. It is not touched; choose another spec.preprocessing.outputTable.");
    }

    private static string? Disagreement(RunFacts run, PreprocessObservation seen, PrepareManifest manifest)
    {
        var source = run.Status.Source ?? new SourceStatus();
        return manifest switch
        {
            { SchemaVersion: not 1 } or { Kind: not "PrepareManifest" } => $"it is a {manifest.Kind} of schema version {manifest.SchemaVersion}, not a PrepareManifest of version 1",
            { Run.Uid: var uid } when uid != run.Id.Uid => $"it is of run {uid}",
            { Run.Attempt: var attempt } when attempt != run.Status.Attempt => $"it is of attempt {attempt}",
            { Inputs: not [{ }] } => "it does not have exactly one input",
            { Inputs: [var input] } when input.TableId != source.TableId || input.Version != source.Version =>
                $"it read version {input.Version} of table {input.TableId}, pinned are {source.Version} and {source.TableId}",
            { Outputs: not [{ }] } => "it does not have exactly one output",
            { Outputs: [var output] } when output.Table != run.Spec.Preprocessing.OutputTable => $"it wrote table {output.Table}",
            { Outputs: [var output] } when !Same(output.Location, seen.OutputLocation) => $"it wrote to {output.Location}",
            { Outputs: [{ Rows: <= 0 }] } => "it wrote no rows; check spec.source.filter",
            { Outputs: [var output] } when output.Files.Any(f => f is null) => "it lists a file without a name",
            { Outputs: [var output] } when ManifestDigest.Of(output.Files.Select(f => (f.Path, f.Sha256))) != manifest.Digest =>
                "its digest is not that of its files",
            _ => null,
        };
    }

    private static bool Same(string a, string b) => string.Equals(a.TrimEnd('/'), b.TrimEnd('/'), StringComparison.Ordinal);
}
