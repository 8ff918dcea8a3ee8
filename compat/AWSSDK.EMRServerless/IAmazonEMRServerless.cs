using Amazon.EMRServerless.Model;
using Amazon.Runtime;

namespace Amazon.EMRServerless;

/// <summary>The operations of the service that this build has.</summary>
public partial interface IAmazonEMRServerless : IAmazonService, IDisposable
{
    static ClientConfig IAmazonService.CreateDefaultClientConfig() => new AmazonEMRServerlessConfig();

    static IAmazonService IAmazonService.CreateDefaultServiceClient(AWSCredentials awsCredentials, ClientConfig clientConfig) =>
        new AmazonEMRServerlessClient(awsCredentials, (AmazonEMRServerlessConfig)clientConfig);

    Task<StartJobRunResponse> StartJobRunAsync(StartJobRunRequest request, CancellationToken cancellationToken = default);

    Task<GetJobRunResponse> GetJobRunAsync(GetJobRunRequest request, CancellationToken cancellationToken = default);

    Task<CancelJobRunResponse> CancelJobRunAsync(CancelJobRunRequest request, CancellationToken cancellationToken = default);

    Task<ListJobRunsResponse> ListJobRunsAsync(ListJobRunsRequest request, CancellationToken cancellationToken = default);

    Task<GetApplicationResponse> GetApplicationAsync(GetApplicationRequest request, CancellationToken cancellationToken = default);
}
