using Amazon.JsonClient;
using Amazon.SecretsManager.Model;
using Amazon.Runtime;

namespace Amazon.SecretsManager;

/// <summary>A client of the service. Safe for many threads; keep one and dispose it at the end.</summary>
public partial class AmazonSecretsManagerClient : JsonServiceClient, IAmazonSecretsManager
{
    public AmazonSecretsManagerClient()
        : this(new AmazonSecretsManagerConfig())
    {
    }

    public AmazonSecretsManagerClient(RegionEndpoint region)
        : this(new AmazonSecretsManagerConfig { RegionEndpoint = region })
    {
    }

    public AmazonSecretsManagerClient(AmazonSecretsManagerConfig config)
        : base(config)
    {
    }

    public AmazonSecretsManagerClient(AWSCredentials credentials)
        : this(credentials, new AmazonSecretsManagerConfig())
    {
    }

    public AmazonSecretsManagerClient(AWSCredentials credentials, RegionEndpoint region)
        : this(credentials, new AmazonSecretsManagerConfig { RegionEndpoint = region })
    {
    }

    public AmazonSecretsManagerClient(AWSCredentials credentials, AmazonSecretsManagerConfig clientConfig)
        : base(credentials, clientConfig)
    {
    }

    public virtual Task<GetSecretValueResponse> GetSecretValueAsync(GetSecretValueRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync<GetSecretValueResponse>(request, Operations.GetSecretValue, cancellationToken);
}
