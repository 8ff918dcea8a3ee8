using System.Globalization;
using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Runs.Jobs;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Runs.Stages.Preprocess;
using GovernedFinetune.Operator.Status;

namespace GovernedFinetune.Operator.Runs.Stages.Train;

/// <summary>Fine-tunes on SageMaker.</summary>
public sealed class TrainStage : Stage<TrainObservation>
{
    /// <summary>Time for capacity, image download and upload, on top of the job's own limit.</summary>
    private static readonly TimeSpan Allowance = TimeSpan.FromHours(6);

    /// <inheritdoc />
    public override FineTuneRunPhase Phase => FineTuneRunPhase.Training;

    /// <inheritdoc />
    public override string Condition => ConditionTypes.ModelTrained;

    /// <inheritdoc />
    public override void Enter(RunScope scope, DateTimeOffset now)
    {
        var job = RunNames.Job(scope.Id, StageNames.Train, scope.Attempt);

        // After a suspension the same attempt may go on, and its job is there.
        scope.Memory.NewTrainingJob = scope.Status.Training?.JobName == job ? null : job;
        scope.Status.Training = new TrainingStatus { JobName = job, LogUrl = LogUrl(scope.Profile.Aws.Region, job) };
    }

    /// <inheritdoc />
    public override TimeSpan Deadline(FineTuneRunSpec spec) =>
        KubernetesDuration.Parse(spec.Training.Spot?.MaxWait ?? spec.Training.MaxRuntime) + Allowance;

    /// <inheritdoc />
    public override async Task ActAsync(RunScope scope, Effect effect, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (effect is not CreateTrainingJob create)
        {
            throw NotMine(effect);
        }

        var manifest = await PreparedManifest.ReadAsync(scope, cancellationToken);
        if (manifest.Document is not { Outputs: [{ } prepared] } document || document.Digest != scope.Status.Preprocessing!.Digest)
        {
            throw OperatorException.Terminal(
                Reasons.ManifestInvalid,
                $"The preparation manifest changed since it was verified: {manifest.Problem ?? $"its digest is {manifest.Document?.Digest}"}. The model is not trained.");
        }

        var folder = scope.Folder(StageNames.Train, scope.Attempt);
        var job = folder.Append("job.json");
        await scope.Services.Artifacts.PutAsync(
            job, JobJson.Write(TrainJobFactory.Document(scope, prepared, document.Digest)), "application/json", cancellationToken);

        // "The name is taken" needs no answer here: the next pass describes the job and sees whose it is.
        scope.Memory.NewTrainingJob = null;
        _ = await scope.Services.TrainingJobs.CreateAsync(TrainJobFactory.Request(scope, create.JobName, job), cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task<TrainObservation> ObserveAsync(RunScope scope, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var name = scope.Status.Training!.JobName!;
        var job = scope.Memory.NewTrainingJob == name ? null : Unmoved(scope) ?? await scope.Services.TrainingJobs.DescribeAsync(name, cancellationToken);
        if (job is null || job.OwnerRunUid != scope.Id.Uid)
        {
            return new TrainObservation(job, null, null);
        }

        var progress = job.State is JobState.Running or JobState.Succeeded
            ? await ReadProgressAsync(scope, cancellationToken)
            : null;
        var manifest = job.State is JobState.Succeeded && job.ArtifactUri is { } artifacts
            ? await TrainedManifest.ReadAsync(scope, artifacts, cancellationToken)
            : null;
        return new TrainObservation(job, progress, manifest);
    }

    /// <summary>
    /// The run's job, when the last list shows it where the status has it: descriptions are the scarcer call, two and a half a
    /// second for an account with hundreds of jobs under way. Whose the job is was seen when its ARN was stored.
    /// </summary>
    private static TrainingJob? Unmoved(RunScope scope) =>
        scope.Status.Training is { Arn: { } arn, JobName: { } name, State: var state, SecondaryState: var secondary }
        && scope.Services.TrainingJobs.Listed(name) is { } listed
        && (listed.Arn, listed.RawState, listed.SecondaryState) == (arn, state, secondary)
            ? listed with { OwnerRunUid = scope.Id.Uid }
            : null;

    /// <inheritdoc />
    protected override void Record(FineTuneRunStatus status, TrainObservation seen, DateTimeOffset now)
    {
        if (seen.Job is not { } job || status.Training is not { } training)
        {
            return;
        }

        training.Arn = job.Arn;
        training.State = job.RawState;
        training.SecondaryState = job.SecondaryState;
        training.StartedAt = job.StartedAt is { } started ? Times.Second(started) : training.StartedAt;
        training.FinishedAt = job.EndedAt is { } ended ? Times.Second(ended) : training.FinishedAt;
        training.BillableSeconds = job.BillableSeconds ?? training.BillableSeconds;
        training.ArtifactUri = job.State is JobState.Succeeded ? job.ArtifactUri : null;
        if (seen.Manifest?.Document is { } manifest)
        {
            training.Progress = new TrainingProgress { Percent = 100, Step = manifest.Metrics.Steps, Epoch = training.Progress?.Epoch };
        }
        else if (seen.Progress is { } progress)
        {
            training.Progress = new TrainingProgress
            {
                Percent = progress.Percent,
                Step = progress.Step,
                Epoch = Text(progress.Epoch, "0.##"),
                EtaSeconds = progress.EtaSeconds,
            };
        }

        var train = seen.Manifest?.Document?.Metrics.LastTrainLoss ?? Metric(job, "train_loss") ?? seen.Progress?.TrainLoss;
        var eval = seen.Manifest?.Document?.Metrics.LastEvalLoss ?? Metric(job, "eval_loss") ?? seen.Progress?.EvalLoss;
        if (train is not null || eval is not null)
        {
            training.Metrics = new TrainingMetrics { TrainLoss = Text(train, "0.0000"), EvalLoss = Text(eval, "0.0000") };
        }
    }

    /// <inheritdoc />
    protected override Decision Decide(RunFacts run, TrainObservation seen) => TrainDecisions.Decide(run, seen);

    private static async Task<TrainProgress?> ReadProgressAsync(RunScope scope, CancellationToken cancellationToken)
    {
        var location = TrainJobFactory.Progress(scope);
        var bytes = await scope.Services.Artifacts.GetAsync(location, JobJson.MaxBytes, cancellationToken);

        // Progress is a courtesy of the job: one that cannot be read does not stop the run.
        return bytes is null ? null : JobJson.Parse<TrainProgress>(bytes, location.ToString()).Document;
    }

    private static double? Metric(TrainingJob job, string name) => job.Metrics.TryGetValue(name, out var value) ? value : null;

    private static string? Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture);

    private static string LogUrl(string region, string job) =>
        $"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#logsV2:log-groups/log-group/$252Faws$252Fsagemaker$252FTrainingJobs$3FlogStreamNameFilter$3D{job}";
}
