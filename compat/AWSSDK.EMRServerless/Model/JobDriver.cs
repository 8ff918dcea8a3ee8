namespace Amazon.EMRServerless.Model;

/// <summary>What a run executes.</summary>
public partial class JobDriver
{
    public SparkSubmit SparkSubmit { get; set; }
}

/// <summary>A Spark application and its arguments.</summary>
public partial class SparkSubmit
{
    public string EntryPoint { get; set; }

    public List<string> EntryPointArguments { get; set; }

    public string SparkSubmitParameters { get; set; }
}

/// <summary>How often a failed run is tried again.</summary>
public partial class RetryPolicy
{
    public int? MaxAttempts { get; set; }

    public int? MaxFailedAttemptsPerHour { get; set; }
}

/// <summary>Narrows the rights of the execution role for one run.</summary>
public partial class JobRunExecutionIamPolicy
{
    public string Policy { get; set; }

    public List<string> PolicyArns { get; set; }
}
