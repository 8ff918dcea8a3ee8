using GovernedFinetune.Operator.Profiles;

namespace GovernedFinetune.Operator.Runs.Ports;

/// <summary>Where a job stands, whichever service runs it.</summary>
public enum JobState
{
    /// <summary>A state that this version of the operator does not know: the run stalls and never passes.</summary>
    Unknown,

    /// <summary>Accepted, queued or starting.</summary>
    Pending,

    /// <summary>Running.</summary>
    Running,

    /// <summary>Being stopped.</summary>
    Stopping,

    /// <summary>Ended well.</summary>
    Succeeded,

    /// <summary>Ended badly.</summary>
    Failed,

    /// <summary>Ended because somebody stopped it.</summary>
    Stopped,

    /// <summary>Ended because its time was up.</summary>
    TimedOut,
}

/// <summary>Whether a state is an end.</summary>
public static class JobStates
{
    /// <summary>Whether a job in this state will not change any more.</summary>
    public static bool IsTerminal(this JobState state) =>
        state is JobState.Succeeded or JobState.Failed or JobState.Stopped or JobState.TimedOut;
}

/// <summary>A preparation job as the service tells it.</summary>
/// <param name="JobRunId">The service's id.</param>
/// <param name="Name">The name that it was started with.</param>
/// <param name="State">Where it stands.</param>
/// <param name="RawState">The service's own word for it.</param>
/// <param name="Details">The service's explanation; at most 256 characters.</param>
/// <param name="FailureIsOurs">When failed: whether the job's own code or input was at fault (true) or the service (false).</param>
public sealed record PrepareJob(string JobRunId, string Name, JobState State, string RawState, string? Details, bool FailureIsOurs);

/// <summary>A preparation job to start.</summary>
/// <param name="Name">Deterministic name.</param>
/// <param name="ClientToken">Deterministic token: the same token starts one job, however often it is sent.</param>
/// <param name="JobDocument">The job's document.</param>
/// <param name="Timeout">The longest that it may run; pushed down to the service, so it holds while the operator is away.</param>
/// <param name="Tags">Tags.</param>
public sealed record PrepareJobRequest(
    string Name,
    string ClientToken,
    S3Location JobDocument,
    TimeSpan Timeout,
    IReadOnlyDictionary<string, string> Tags);

/// <summary>EMR Serverless job runs of one application. Every failure is an <see cref="Failures.OperatorException"/>.</summary>
public interface IPrepareJobs
{
    /// <summary>Starts a job and gives its id; sent again with the same token it gives the same id.</summary>
    Task<string> StartAsync(PrepareJobRequest request, CancellationToken cancellationToken);

    /// <summary>Reads a job; null when the service does not know it.</summary>
    Task<PrepareJob?> GetAsync(string jobRunId, CancellationToken cancellationToken);

    /// <summary>Finds a job by its name; null when there is none. For the case that the id was lost.</summary>
    Task<PrepareJob?> FindAsync(string name, DateTimeOffset createdAfter, CancellationToken cancellationToken);

    /// <summary>Asks a job to stop; one that has ended, or is unknown, is left as it is.</summary>
    Task CancelAsync(string jobRunId, CancellationToken cancellationToken);
}
