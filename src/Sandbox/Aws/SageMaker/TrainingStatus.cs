namespace GovernedFinetune.Sandbox.Aws.SageMaker;

/// <summary>The statuses of a training job, primary and secondary (the model's TrainingJobStatus and SecondaryStatus).</summary>
internal static class TrainingStatus
{
    public const string InProgress = "InProgress";
    public const string Completed = "Completed";
    public const string Failed = "Failed";
    public const string Stopping = "Stopping";
    public const string Stopped = "Stopped";

    public const string Starting = "Starting";
    public const string Downloading = "Downloading";
    public const string Training = "Training";
    public const string Uploading = "Uploading";
    public const string Interrupted = "Interrupted";
    public const string MaxRuntimeExceeded = "MaxRuntimeExceeded";
    public const string MaxWaitTimeExceeded = "MaxWaitTimeExceeded";

    public static readonly string[] Primaries = [InProgress, Completed, Failed, Stopping, Stopped, "Deleting"];

    public static bool IsTerminal(string primary) => primary is Completed or Failed or Stopped;

    /// <summary>What AWS says while a job is in a secondary status. Not stable text: nothing may depend on it.</summary>
    public static string MessageOf(string secondary) => secondary switch
    {
        Starting => "Preparing the instances for training",
        Downloading => "Downloading input data",
        Training => "Training image download completed. Training in progress.",
        Uploading => "Uploading generated training model",
        Interrupted => "Training job interrupted: the spot capacity was reclaimed",
        Stopping => "Stopping the training job",
        Stopped => "Training job stopped",
        MaxRuntimeExceeded => "Training job runtime exceeded MaxRuntimeInSeconds provided",
        MaxWaitTimeExceeded => "Training job exceeded MaxWaitTimeInSeconds provided",
        Completed => "Training job completed",
        _ => "Training job failed",
    };
}

/// <summary>Why a job stops before its end.</summary>
internal enum StopReason
{
    /// <summary>Someone called StopTrainingJob.</summary>
    Asked,

    /// <summary>It ran for <c>MaxRuntimeInSeconds</c>.</summary>
    MaxRuntime,

    /// <summary>It ran and waited for <c>MaxWaitTimeInSeconds</c> (spot).</summary>
    MaxWait,
}
