namespace Amazon.SageMaker.Model;

/// <summary>The instances of a training job. Volume in GB.</summary>
public partial class ResourceConfig
{
    public TrainingInstanceType InstanceType { get; set; }

    public int? InstanceCount { get; set; }

    public int? VolumeSizeInGB { get; set; }

    public string VolumeKmsKeyId { get; set; }

    public int? KeepAlivePeriodInSeconds { get; set; }

    public string TrainingPlanArn { get; set; }
}

/// <summary>The network of a training job.</summary>
public partial class VpcConfig
{
    public List<string> SecurityGroupIds { get; set; }

    public List<string> Subnets { get; set; }
}

/// <summary>How long a training job may take. Seconds.</summary>
public partial class StoppingCondition
{
    public int? MaxRuntimeInSeconds { get; set; }

    public int? MaxWaitTimeInSeconds { get; set; }

    public int? MaxPendingTimeInSeconds { get; set; }
}

/// <summary>How often the service starts a job again after an internal error.</summary>
public partial class RetryStrategy
{
    public int? MaximumRetryAttempts { get; set; }
}

/// <summary>What became of the instances that the job kept.</summary>
public partial class WarmPoolStatus
{
    public WarmPoolResourceStatus Status { get; set; }

    public int? ResourceRetainedBillableTimeInSeconds { get; set; }

    public string ReusedByJob { get; set; }
}
