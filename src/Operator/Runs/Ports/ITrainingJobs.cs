using GovernedFinetune.Operator.Profiles;

namespace GovernedFinetune.Operator.Runs.Ports;

/// <summary>A training job as the service tells it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Arn">Its ARN.</param>
/// <param name="State">Where it stands.</param>
/// <param name="RawState">The service's primary status.</param>
/// <param name="SecondaryState">The service's secondary status.</param>
/// <param name="FailureReason">The service's explanation; at most 1,024 characters.</param>
/// <param name="FailureIsOurs">When failed: whether the job's own code or input was at fault (true) or the service (false).</param>
/// <param name="OwnerRunUid">The run uid in its environment: the proof of ownership. Null on a summary.</param>
/// <param name="ArtifactUri">Where its model files are, <c>s3://</c>, without a slash at the end; null before there are any.</param>
/// <param name="BillableSeconds">Seconds that are billed, over all instances.</param>
/// <param name="Metrics">Last value of each metric.</param>
/// <param name="StartedAt">When training began.</param>
/// <param name="EndedAt">When it ended.</param>
public sealed record TrainingJob(
    string Name,
    string Arn,
    JobState State,
    string RawState,
    string SecondaryState,
    string? FailureReason,
    bool FailureIsOurs,
    string? OwnerRunUid,
    string? ArtifactUri,
    long? BillableSeconds,
    IReadOnlyDictionary<string, double> Metrics,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt);

/// <summary>A training job to create.</summary>
/// <param name="Name">Deterministic name: the service's idempotency key.</param>
/// <param name="RunUid">Uid of the run: goes into the environment as proof of ownership.</param>
/// <param name="Attempt">The run's attempt.</param>
/// <param name="JobDocument">The job's document.</param>
/// <param name="OutputPath">Where the service puts the artifacts.</param>
/// <param name="CheckpointUri">Where checkpoints are kept; null means none.</param>
/// <param name="InstanceType">Instance type.</param>
/// <param name="InstanceCount">Number of instances.</param>
/// <param name="VolumeSizeGB">Volume of each instance, GiB.</param>
/// <param name="MaxRuntime">The longest that it may run.</param>
/// <param name="MaxWait">For spot: the longest that it may take with waiting; null means on-demand.</param>
/// <param name="Tags">Tags.</param>
public sealed record TrainingJobRequest(
    string Name,
    string RunUid,
    int Attempt,
    S3Location JobDocument,
    S3Location OutputPath,
    S3Location? CheckpointUri,
    string InstanceType,
    int InstanceCount,
    int VolumeSizeGB,
    TimeSpan MaxRuntime,
    TimeSpan? MaxWait,
    IReadOnlyDictionary<string, string> Tags);

/// <summary>SageMaker training jobs of one account. Every failure is an <see cref="Failures.OperatorException"/>.</summary>
public interface ITrainingJobs
{
    /// <summary>Creates a job.</summary>
    /// <returns>Whether it was created; false when the name is taken (describe it and compare).</returns>
    Task<bool> CreateAsync(TrainingJobRequest request, CancellationToken cancellationToken);

    /// <summary>Reads a job; null when the service does not know it.</summary>
    Task<TrainingJob?> DescribeAsync(string name, CancellationToken cancellationToken);

    /// <summary>Asks a job to stop; one that has ended, or is unknown, is left as it is.</summary>
    Task StopAsync(string name, CancellationToken cancellationToken);

    /// <summary>Lists the jobs that changed since a moment, or without one those that are under way: summaries, in no order, every page.</summary>
    Task<IReadOnlyList<TrainingJob>> ListChangedAsync(DateTimeOffset? since, CancellationToken cancellationToken);

    /// <summary>A job that is under way as the lists so far have shown it, a summary; null when they have not. It asks nobody.</summary>
    TrainingJob? Listed(string name);
}
