using System.Text.Json.Serialization;
using Amazon.Runtime;

namespace Amazon.EMRServerless.Model;

/// <summary>Asks StartJobRun to start a job run.</summary>
public partial class StartJobRunRequest : AmazonEMRServerlessRequest
{
    [JsonIgnore]
    public string ApplicationId { get; set; }

    [JsonIgnore]
    public string ClientToken { get; set; }

    // The service wants a token always; a caller without one gets a new one for each call, and the same for its retries.
    [JsonInclude]
    [JsonPropertyName("clientToken")]
    internal string ClientTokenOrNew => ClientToken ?? Guid.NewGuid().ToString();

    public string ExecutionRoleArn { get; set; }

    public JobRunExecutionIamPolicy ExecutionIamPolicy { get; set; }

    public JobDriver JobDriver { get; set; }

    public ConfigurationOverrides ConfigurationOverrides { get; set; }

    public Dictionary<string, string> Tags { get; set; }

    public long? ExecutionTimeoutMinutes { get; set; }

    public string Name { get; set; }

    public JobRunMode Mode { get; set; }

    public RetryPolicy RetryPolicy { get; set; }
}

/// <summary>What StartJobRun answers.</summary>
public partial class StartJobRunResponse : AmazonWebServiceResponse
{
    public string ApplicationId { get; set; }

    public string JobRunId { get; set; }

    public string Arn { get; set; }
}
