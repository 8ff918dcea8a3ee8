using System.Text.Json.Serialization;
using Amazon.Runtime;

namespace Amazon.EMRServerless.Model;

/// <summary>Asks CancelJobRun to cancel a job run.</summary>
public partial class CancelJobRunRequest : AmazonEMRServerlessRequest
{
    [JsonIgnore]
    public string ApplicationId { get; set; }

    [JsonIgnore]
    public string JobRunId { get; set; }

    [JsonIgnore]
    public int? ShutdownGracePeriodInSeconds { get; set; }
}

/// <summary>What CancelJobRun answers.</summary>
public partial class CancelJobRunResponse : AmazonWebServiceResponse
{
    public string ApplicationId { get; set; }

    public string JobRunId { get; set; }
}
