using System.Text;
using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs.Jobs;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Status;

namespace GovernedFinetune.Operator.Runs.Stages.Preprocess;

/// <summary>Prepares the training table with Spark on EMR Serverless.</summary>
public sealed class PreprocessStage : Stage<PreprocessObservation>
{
    /// <summary>The largest error line that a status message takes.</summary>
    private const int MaxFailureBytes = 16 * 1024;

    /// <summary>Time for queueing, on top of the job's own time-out.</summary>
    private static readonly TimeSpan QueueAllowance = TimeSpan.FromHours(13);

    /// <inheritdoc />
    public override FineTuneRunPhase Phase => FineTuneRunPhase.Preprocessing;

    /// <inheritdoc />
    public override string Condition => ConditionTypes.DatasetPrepared;

    /// <inheritdoc />
    public override void Enter(RunScope scope, DateTimeOffset now)
    {
        var manifest = scope.Folder(StageNames.Prepare, scope.Attempt).Append("manifest.json").ToString();
        if (scope.Status.Preprocessing is { JobRunId: not null } known && known.ManifestUri == manifest)
        {
            // The same attempt goes on: its job ended before a suspension could stop it, and is known.
            return;
        }

        scope.Status.Preprocessing = new PreprocessingStatus { StartedAt = Times.Second(now), ManifestUri = manifest };
    }

    /// <inheritdoc />
    public override TimeSpan Deadline(FineTuneRunSpec spec) => KubernetesDuration.Parse(spec.Preprocessing.Timeout) + QueueAllowance;

    /// <inheritdoc />
    public override async Task ActAsync(RunScope scope, Effect effect, DateTimeOffset now, CancellationToken cancellationToken)
    {
        switch (effect)
        {
            case StartPrepareJob start:
                var id = await StartAsync(scope, start, cancellationToken);
                scope.Status.Preprocessing!.JobRunId = id;
                scope.Status.Preprocessing.LogUrl = LogUrl(scope.Profile.Emr, id);
                break;
            case CreateOutputTable create:
                scope.Memory.OutputTable = await scope.Services.Tables.CreateExternalAsync(create.Table, cancellationToken);
                break;
            default:
                throw NotMine(effect);
        }
    }

    /// <inheritdoc />
    protected override async Task<PreprocessObservation> ObserveAsync(RunScope scope, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var status = scope.Status.Preprocessing!;
        var location = RunNames.PreparedTable(scope.Profile.Storage.Prepared, scope.Spec.Preprocessing.OutputTable).ToString();
        var job = await FindJobAsync(scope, status, now, cancellationToken);
        if (job?.State is not JobState.Succeeded)
        {
            var failure = job is { State: JobState.Failed, FailureIsOurs: true } ? await ReadFailureAsync(scope, cancellationToken) : null;
            return new PreprocessObservation(job, failure, null, null, location, IntentIsStale: !PrepareIntent.IsFresh(status, now));
        }

        var manifest = await PreparedManifest.ReadAsync(scope, cancellationToken);
        var table = manifest.Document is null
            ? null
            : scope.Memory.OutputTable ?? await scope.Services.Tables.GetAsync(scope.Spec.Preprocessing.OutputTable, cancellationToken);
        return new PreprocessObservation(job, null, manifest, table, location);
    }

    /// <inheritdoc />
    protected override void Record(FineTuneRunStatus status, PreprocessObservation seen, DateTimeOffset now)
    {
        if (status.Preprocessing is not { } preprocessing)
        {
            return;
        }

        if (seen.Job is not { } job)
        {
            if (preprocessing.JobRunId is null && seen.IntentIsStale)
            {
                preprocessing.StartedAt = Times.Second(now);
            }

            return;
        }

        preprocessing.JobRunId = job.JobRunId;
        preprocessing.State = job.RawState;
        if (job.State.IsTerminal())
        {
            preprocessing.FinishedAt ??= Times.Second(now);
        }

        if (seen.Manifest?.Document is { Outputs: [{ } output] } manifest)
        {
            preprocessing.OutputTableId = seen.OutputTable?.TableId;
            preprocessing.OutputVersion = output.Version;
            preprocessing.Rows = output.Rows;
            preprocessing.Tokens = output.Tokens;
            preprocessing.Digest = manifest.Digest;
        }
    }

    /// <inheritdoc />
    protected override Decision Decide(RunFacts run, PreprocessObservation seen) => PreprocessDecisions.Decide(run, seen);

    private static async Task<PrepareJob?> FindJobAsync(RunScope scope, PreprocessingStatus status, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (status.JobRunId is { } id)
        {
            if (scope.Memory.EndedPrepareJob is { } ended && ended.JobRunId == id)
            {
                return ended;
            }

            var job = await scope.Services.PrepareJobs.GetAsync(id, cancellationToken);
            scope.Memory.EndedPrepareJob = job?.State.IsTerminal() == true ? job : null;
            return job;
        }

        return PrepareIntent.IsFresh(status, now)
            ? null
            : await scope.Services.PrepareJobs.FindAsync(
                RunNames.Job(scope.Id, StageNames.Prepare, scope.Attempt), PrepareIntent.MadeAt(status, now) - PrepareIntent.Lag, cancellationToken);
    }

    private static async Task<string?> ReadFailureAsync(RunScope scope, CancellationToken cancellationToken)
    {
        var location = scope.Folder(StageNames.Prepare, scope.Attempt).Append("failure.txt");
        var bytes = await scope.Services.Artifacts.GetAsync(location, MaxFailureBytes, cancellationToken);
        return bytes is null ? null : Encoding.UTF8.GetString(bytes).Trim();
    }

    /// <summary>Where EMR Serverless puts the driver's logs
    /// (https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/logging.html); null when the profile keeps none.</summary>
    private static string? LogUrl(EmrProfile emr, string jobRunId) =>
        emr.LogUri is { } logs ? $"{logs.TrimEnd('/')}/applications/{emr.ApplicationId}/jobs/{jobRunId}/SPARK_DRIVER/" : null;

    private static async Task<string> StartAsync(RunScope scope, StartPrepareJob start, CancellationToken cancellationToken)
    {
        var folder = scope.Folder(StageNames.Prepare, scope.Attempt);
        var document = folder.Append("job.json");
        var snapshot = await WriteSnapshotAsync(scope, folder, cancellationToken);
        var output = await scope.Services.Tables.GetAsync(scope.Spec.Preprocessing.OutputTable, cancellationToken);
        await scope.Services.Artifacts.PutAsync(
            document, JobJson.Write(PrepareJobFactory.Document(scope, snapshot, output)), "application/json", cancellationToken);

        var request = new PrepareJobRequest(
            start.JobName,
            RunNames.Token(scope.Id, StageNames.Prepare, scope.Attempt),
            document,
            KubernetesDuration.Parse(scope.Spec.Preprocessing.Timeout),
            JobTags.Of(scope, StageNames.Prepare));
        return await scope.Services.PrepareJobs.StartAsync(request, cancellationToken);
    }

    /// <summary>Writes the list of files that the run is pinned to, after checking that it still is what was pinned.</summary>
    private static async Task<S3Location?> WriteSnapshotAsync(RunScope scope, S3Location folder, CancellationToken cancellationToken)
    {
        var pinned = scope.Status.Source!;
        var table = await scope.Services.Tables.GetAsync(scope.Spec.Source.Table, cancellationToken);
        if (table is null || table.TableId != pinned.TableId)
        {
            throw OperatorException.Terminal(
                Reasons.SourceChanged,
                $"Table '{scope.Spec.Source.Table}' was dropped or replaced since the run was pinned to it (table id {pinned.TableId}). Create a new run.");
        }

        long? wanted = pinned.Format == "DELTA" ? long.Parse(pinned.Version!, System.Globalization.CultureInfo.InvariantCulture) : null;
        var pin = await scope.Services.Storage.PinAsync(table, wanted, cancellationToken);
        if (pin.Version != pinned.Version)
        {
            throw OperatorException.Terminal(
                Reasons.SourceChanged,
                $"The files of table '{table.FullName}' changed since the run was pinned: {pinned.Version} was pinned, {pin.Version} is there. Create a new run.");
        }

        if (pin.Files is null)
        {
            return null;
        }

        var location = folder.Append("source-snapshot.json");
        await scope.Services.Artifacts.PutAsync(location, JobJson.Write(new SourceSnapshot(1, pin.Files)), "application/json", cancellationToken);
        return location;
    }
}
