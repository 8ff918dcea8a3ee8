using System.Text.RegularExpressions;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Cloud.Jobs;

/// <summary>
/// What the services' words for states and failures mean. A word that is not here is <see cref="JobState.Unknown"/>: the
/// enums grow, and a run that does not know where its job stands must not go on.
/// </summary>
internal static partial class JobStateMap
{
    /// <summary>A state of an EMR Serverless job run (reference aws-api.md, section 3.5).</summary>
    public static JobState OfEmr(string? state, string? details) => state switch
    {
        "SUBMITTED" or "PENDING" or "SCHEDULED" or "QUEUED" => JobState.Pending,
        "RUNNING" => JobState.Running,
        "SUCCESS" => JobState.Succeeded,
        "FAILED" => JobState.Failed,
        "CANCELLING" => JobState.Stopping,
        // The execution time-out ends in the same state as a cancel; only the text tells.
        "CANCELLED" => TimeIsUp().IsMatch(details ?? "") ? JobState.TimedOut : JobState.Stopped,
        _ => JobState.Unknown,
    };

    /// <summary>A status of a SageMaker training job (reference aws-api.md, section 4.2).</summary>
    public static JobState OfSageMaker(string? status, string? secondary) => (status, secondary) switch
    {
        ("InProgress", "Training" or "Uploading") => JobState.Running,
        ("InProgress", _) => JobState.Pending,
        ("Completed", _) => JobState.Succeeded,
        ("Failed", _) => JobState.Failed,
        ("Stopping", _) => JobState.Stopping,
        // Running out of time is Stopped too.
        ("Stopped", "MaxRuntimeExceeded" or "MaxWaitTimeExceeded") => JobState.TimedOut,
        ("Stopped", _) => JobState.Stopped,
        _ => JobState.Unknown,
    };

    /// <summary>Whether a failed EMR job run failed by its own code, and not for lack of capacity or by a fault of the service.</summary>
    public static bool EmrFailureIsOurs(string? details) => !ServiceAtFault().IsMatch(details ?? "");

    /// <summary>
    /// Whether a failed training job failed by its own code or input. SageMaker begins the text with AlgorithmError or
    /// ClientError then; with CapacityError, InternalServerError or anything else the retry limit decides.
    /// </summary>
    public static bool SageMakerFailureIsOurs(string? reason) =>
        reason is not null
        && (reason.StartsWith("AlgorithmError", StringComparison.OrdinalIgnoreCase) || reason.StartsWith("ClientError", StringComparison.OrdinalIgnoreCase));

    [GeneratedRegex(@"tim(?:e|ed)[ -]?out|exceeded .{0,60}(?:time|duration)", RegexOptions.IgnoreCase | RegexOptions.Singleline, 1000)]
    private static partial Regex TimeIsUp();

    [GeneratedRegex(
        @"ServiceQuotaExceeded|MaxCapacityExceeded|InsufficientCapacity|insufficient capacity|vCPU (?:quota|limit|capacity)|quota .{0,40}exceeded|exceed\w* .{0,60}quota|InternalServer|internal (?:server |service )?error",
        RegexOptions.IgnoreCase | RegexOptions.Singleline,
        1000)]
    private static partial Regex ServiceAtFault();
}
