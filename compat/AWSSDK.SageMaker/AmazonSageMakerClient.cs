using Amazon.JsonClient;
using Amazon.SageMaker.Model;
using Amazon.Runtime;

namespace Amazon.SageMaker;

/// <summary>A client of the service. Safe for many threads; keep one and dispose it at the end.</summary>
public partial class AmazonSageMakerClient : JsonServiceClient, IAmazonSageMaker
{
    public AmazonSageMakerClient()
        : this(new AmazonSageMakerConfig())
    {
    }

    public AmazonSageMakerClient(RegionEndpoint region)
        : this(new AmazonSageMakerConfig { RegionEndpoint = region })
    {
    }

    public AmazonSageMakerClient(AmazonSageMakerConfig config)
        : base(config)
    {
    }

    public AmazonSageMakerClient(AWSCredentials credentials)
        : this(credentials, new AmazonSageMakerConfig())
    {
    }

    public AmazonSageMakerClient(AWSCredentials credentials, RegionEndpoint region)
        : this(credentials, new AmazonSageMakerConfig { RegionEndpoint = region })
    {
    }

    public AmazonSageMakerClient(AWSCredentials credentials, AmazonSageMakerConfig clientConfig)
        : base(credentials, clientConfig)
    {
    }

    public virtual Task<CreateTrainingJobResponse> CreateTrainingJobAsync(CreateTrainingJobRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync<CreateTrainingJobResponse>(request, Operations.CreateTrainingJob, cancellationToken);

    public virtual Task<DescribeTrainingJobResponse> DescribeTrainingJobAsync(DescribeTrainingJobRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync<DescribeTrainingJobResponse>(request, Operations.DescribeTrainingJob, cancellationToken);

    public virtual Task<StopTrainingJobResponse> StopTrainingJobAsync(StopTrainingJobRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync<StopTrainingJobResponse>(request, Operations.StopTrainingJob, cancellationToken);

    public virtual Task<ListTrainingJobsResponse> ListTrainingJobsAsync(ListTrainingJobsRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync<ListTrainingJobsResponse>(request, Operations.ListTrainingJobs, cancellationToken);
}
