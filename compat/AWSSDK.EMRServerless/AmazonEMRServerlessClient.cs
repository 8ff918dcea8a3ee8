using Amazon.JsonClient;
using Amazon.EMRServerless.Model;
using Amazon.Runtime;

namespace Amazon.EMRServerless;

/// <summary>A client of the service. Safe for many threads; keep one and dispose it at the end.</summary>
public partial class AmazonEMRServerlessClient : JsonServiceClient, IAmazonEMRServerless
{
    public AmazonEMRServerlessClient()
        : this(new AmazonEMRServerlessConfig())
    {
    }

    public AmazonEMRServerlessClient(RegionEndpoint region)
        : this(new AmazonEMRServerlessConfig { RegionEndpoint = region })
    {
    }

    public AmazonEMRServerlessClient(AmazonEMRServerlessConfig config)
        : base(config)
    {
    }

    public AmazonEMRServerlessClient(AWSCredentials credentials)
        : this(credentials, new AmazonEMRServerlessConfig())
    {
    }

    public AmazonEMRServerlessClient(AWSCredentials credentials, RegionEndpoint region)
        : this(credentials, new AmazonEMRServerlessConfig { RegionEndpoint = region })
    {
    }

    public AmazonEMRServerlessClient(AWSCredentials credentials, AmazonEMRServerlessConfig clientConfig)
        : base(credentials, clientConfig)
    {
    }

    public virtual Task<StartJobRunResponse> StartJobRunAsync(StartJobRunRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync<StartJobRunResponse>(request, Operations.StartJobRun, cancellationToken);

    public virtual Task<GetJobRunResponse> GetJobRunAsync(GetJobRunRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync<GetJobRunResponse>(request, Operations.GetJobRun, cancellationToken);

    public virtual Task<CancelJobRunResponse> CancelJobRunAsync(CancelJobRunRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync<CancelJobRunResponse>(request, Operations.CancelJobRun, cancellationToken);

    public virtual Task<ListJobRunsResponse> ListJobRunsAsync(ListJobRunsRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync<ListJobRunsResponse>(request, Operations.ListJobRuns, cancellationToken);

    public virtual Task<GetApplicationResponse> GetApplicationAsync(GetApplicationRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync<GetApplicationResponse>(request, Operations.GetApplication, cancellationToken);
}
