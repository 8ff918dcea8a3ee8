using Amazon.Runtime;

namespace Amazon.SageMaker.Model;

/// <summary>Asks ListTrainingJobs to list training jobs.</summary>
public partial class ListTrainingJobsRequest : AmazonSageMakerRequest
{
    public string NextToken { get; set; }

    public int? MaxResults { get; set; }

    public DateTime? CreationTimeAfter { get; set; }

    public DateTime? CreationTimeBefore { get; set; }

    public DateTime? LastModifiedTimeAfter { get; set; }

    public DateTime? LastModifiedTimeBefore { get; set; }

    public string NameContains { get; set; }

    public TrainingJobStatus StatusEquals { get; set; }

    public SortBy SortBy { get; set; }

    public SortOrder SortOrder { get; set; }

    public WarmPoolResourceStatus WarmPoolStatusEquals { get; set; }

    public string TrainingPlanArnEquals { get; set; }
}

/// <summary>What ListTrainingJobs answers.</summary>
public partial class ListTrainingJobsResponse : AmazonWebServiceResponse
{
    public List<TrainingJobSummary> TrainingJobSummaries { get; set; }

    public string NextToken { get; set; }
}

/// <summary>One row of ListTrainingJobs.</summary>
public partial class TrainingJobSummary
{
    public string TrainingJobName { get; set; }

    public string TrainingJobArn { get; set; }

    public DateTime? CreationTime { get; set; }

    public DateTime? TrainingEndTime { get; set; }

    public DateTime? LastModifiedTime { get; set; }

    public TrainingJobStatus TrainingJobStatus { get; set; }

    public SecondaryStatus SecondaryStatus { get; set; }

    public WarmPoolStatus WarmPoolStatus { get; set; }

    public string TrainingPlanArn { get; set; }
}
