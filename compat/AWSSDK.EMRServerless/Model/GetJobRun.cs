using System.Text.Json.Serialization;
using Amazon.Runtime;

namespace Amazon.EMRServerless.Model;

/// <summary>Asks GetJobRun to describe one job run.</summary>
public partial class GetJobRunRequest : AmazonEMRServerlessRequest
{
    [JsonIgnore]
    public string ApplicationId { get; set; }

    [JsonIgnore]
    public string JobRunId { get; set; }

    [JsonIgnore]
    public int? Attempt { get; set; }
}

/// <summary>What GetJobRun answers.</summary>
public partial class GetJobRunResponse : AmazonWebServiceResponse
{
    public JobRun JobRun { get; set; }
}

/// <summary>One run of a job.</summary>
public partial class JobRun
{
    public string ApplicationId { get; set; }

    public string JobRunId { get; set; }

    public string Name { get; set; }

    public string Arn { get; set; }

    public string CreatedBy { get; set; }

    public DateTime? CreatedAt { get; set; }

    public DateTime? UpdatedAt { get; set; }

    public string ExecutionRole { get; set; }

    public JobRunExecutionIamPolicy ExecutionIamPolicy { get; set; }

    public JobRunState State { get; set; }

    public string StateDetails { get; set; }

    public string ReleaseLabel { get; set; }

    public ConfigurationOverrides ConfigurationOverrides { get; set; }

    public JobDriver JobDriver { get; set; }

    public Dictionary<string, string> Tags { get; set; }

    public TotalResourceUtilization TotalResourceUtilization { get; set; }

    public NetworkConfiguration NetworkConfiguration { get; set; }

    public int? TotalExecutionDurationSeconds { get; set; }

    public long? ExecutionTimeoutMinutes { get; set; }

    public ResourceUtilization BilledResourceUtilization { get; set; }

    public JobRunMode Mode { get; set; }

    public RetryPolicy RetryPolicy { get; set; }

    public int? Attempt { get; set; }

    public DateTime? AttemptCreatedAt { get; set; }

    public DateTime? AttemptUpdatedAt { get; set; }

    public DateTime? StartedAt { get; set; }

    public DateTime? EndedAt { get; set; }

    public long? QueuedDurationMilliseconds { get; set; }
}

/// <summary>What a run used.</summary>
public partial class TotalResourceUtilization
{
    public double? VCPUHour { get; set; }

    public double? MemoryGBHour { get; set; }

    public double? StorageGBHour { get; set; }
}

/// <summary>What a run is billed for.</summary>
public partial class ResourceUtilization
{
    public double? VCPUHour { get; set; }

    public double? MemoryGBHour { get; set; }

    public double? StorageGBHour { get; set; }
}
