namespace GovernedFinetune.Operator.Cloud.Jobs;

/// <summary>What a training job finds in its environment (docs/job-contract.md).</summary>
internal static class JobEnvironment
{
    /// <summary>Where its document is.</summary>
    public const string JobUri = "GOVERNED_JOB_URI";

    /// <summary>The run that it belongs to: the proof of ownership.</summary>
    public const string RunUid = "GOVERNED_RUN_UID";

    /// <summary>The attempt of the run.</summary>
    public const string RunAttempt = "GOVERNED_RUN_ATTEMPT";
}
