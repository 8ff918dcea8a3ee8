using Amazon.SecretsManager.Model;
using Amazon.Runtime;

namespace Amazon.SecretsManager;

/// <summary>The operations of the service that this build has.</summary>
public partial interface IAmazonSecretsManager : IAmazonService, IDisposable
{
    static ClientConfig IAmazonService.CreateDefaultClientConfig() => new AmazonSecretsManagerConfig();

    static IAmazonService IAmazonService.CreateDefaultServiceClient(AWSCredentials awsCredentials, ClientConfig clientConfig) =>
        new AmazonSecretsManagerClient(awsCredentials, (AmazonSecretsManagerConfig)clientConfig);

    Task<GetSecretValueResponse> GetSecretValueAsync(GetSecretValueRequest request, CancellationToken cancellationToken = default);
}
