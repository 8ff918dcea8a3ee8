using System.Text.Json.Serialization;
using Amazon.Runtime;

namespace Amazon.EMRServerless.Model;

/// <summary>Asks ListJobRuns to list job runs.</summary>
public partial class ListJobRunsRequest : AmazonEMRServerlessRequest
{
    [JsonIgnore]
    public string ApplicationId { get; set; }

    [JsonIgnore]
    public string NextToken { get; set; }

    [JsonIgnore]
    public int? MaxResults { get; set; }

    [JsonIgnore]
    public DateTime? CreatedAtAfter { get; set; }

    [JsonIgnore]
    public DateTime? CreatedAtBefore { get; set; }

    [JsonIgnore]
    public List<string> States { get; set; }

    [JsonIgnore]
    public JobRunMode Mode { get; set; }
}

/// <summary>What ListJobRuns answers.</summary>
public partial class ListJobRunsResponse : AmazonWebServiceResponse
{
    public List<JobRunSummary> JobRuns { get; set; }

    public string NextToken { get; set; }
}

/// <summary>One row of ListJobRuns.</summary>
public partial class JobRunSummary
{
    public string ApplicationId { get; set; }

    public string Id { get; set; }

    public string Name { get; set; }

    public JobRunMode Mode { get; set; }

    public string Arn { get; set; }

    public string CreatedBy { get; set; }

    public DateTime? CreatedAt { get; set; }

    public DateTime? UpdatedAt { get; set; }

    public string ExecutionRole { get; set; }

    public JobRunState State { get; set; }

    public string StateDetails { get; set; }

    public string ReleaseLabel { get; set; }

    public string Type { get; set; }

    public int? Attempt { get; set; }

    public DateTime? AttemptCreatedAt { get; set; }

    public DateTime? AttemptUpdatedAt { get; set; }
}
