using Amazon.Runtime;

namespace Amazon.SageMaker;

/// <summary>The values of <c>TrainingJobStatus</c>; any other text is a value too.</summary>
public class TrainingJobStatus : ConstantClass
{
    public static readonly TrainingJobStatus Completed = new("Completed");
    public static readonly TrainingJobStatus Deleting = new("Deleting");
    public static readonly TrainingJobStatus Failed = new("Failed");
    public static readonly TrainingJobStatus InProgress = new("InProgress");
    public static readonly TrainingJobStatus Stopped = new("Stopped");
    public static readonly TrainingJobStatus Stopping = new("Stopping");

    public TrainingJobStatus(string value)
        : base(value)
    {
    }

    public static TrainingJobStatus FindValue(string value) => FindValue<TrainingJobStatus>(value);

    public static implicit operator TrainingJobStatus(string value) => FindValue(value);
}

/// <summary>The values of <c>SecondaryStatus</c>; any other text is a value too.</summary>
public class SecondaryStatus : ConstantClass
{
    public static readonly SecondaryStatus Completed = new("Completed");
    public static readonly SecondaryStatus Downloading = new("Downloading");
    public static readonly SecondaryStatus DownloadingTrainingImage = new("DownloadingTrainingImage");
    public static readonly SecondaryStatus Failed = new("Failed");
    public static readonly SecondaryStatus Interrupted = new("Interrupted");
    public static readonly SecondaryStatus LaunchingMLInstances = new("LaunchingMLInstances");
    public static readonly SecondaryStatus MaxRuntimeExceeded = new("MaxRuntimeExceeded");
    public static readonly SecondaryStatus MaxWaitTimeExceeded = new("MaxWaitTimeExceeded");
    public static readonly SecondaryStatus Pending = new("Pending");
    public static readonly SecondaryStatus PreparingTrainingStack = new("PreparingTrainingStack");
    public static readonly SecondaryStatus Restarting = new("Restarting");
    public static readonly SecondaryStatus Starting = new("Starting");
    public static readonly SecondaryStatus Stopped = new("Stopped");
    public static readonly SecondaryStatus Stopping = new("Stopping");
    public static readonly SecondaryStatus Training = new("Training");
    public static readonly SecondaryStatus Updating = new("Updating");
    public static readonly SecondaryStatus Uploading = new("Uploading");

    public SecondaryStatus(string value)
        : base(value)
    {
    }

    public static SecondaryStatus FindValue(string value) => FindValue<SecondaryStatus>(value);

    public static implicit operator SecondaryStatus(string value) => FindValue(value);
}

/// <summary>The values of <c>WarmPoolResourceStatus</c>; any other text is a value too.</summary>
public class WarmPoolResourceStatus : ConstantClass
{
    public static readonly WarmPoolResourceStatus Available = new("Available");
    public static readonly WarmPoolResourceStatus InUse = new("InUse");
    public static readonly WarmPoolResourceStatus Reused = new("Reused");
    public static readonly WarmPoolResourceStatus Terminated = new("Terminated");

    public WarmPoolResourceStatus(string value)
        : base(value)
    {
    }

    public static WarmPoolResourceStatus FindValue(string value) => FindValue<WarmPoolResourceStatus>(value);

    public static implicit operator WarmPoolResourceStatus(string value) => FindValue(value);
}

/// <summary>The values of <c>SortBy</c>; any other text is a value too.</summary>
public class SortBy : ConstantClass
{
    public static readonly SortBy CreationTime = new("CreationTime");
    public static readonly SortBy Name = new("Name");
    public static readonly SortBy Status = new("Status");

    public SortBy(string value)
        : base(value)
    {
    }

    public static SortBy FindValue(string value) => FindValue<SortBy>(value);

    public static implicit operator SortBy(string value) => FindValue(value);
}

/// <summary>The values of <c>SortOrder</c>; any other text is a value too.</summary>
public class SortOrder : ConstantClass
{
    public static readonly SortOrder Ascending = new("Ascending");
    public static readonly SortOrder Descending = new("Descending");

    public SortOrder(string value)
        : base(value)
    {
    }

    public static SortOrder FindValue(string value) => FindValue<SortOrder>(value);

    public static implicit operator SortOrder(string value) => FindValue(value);
}
