using Amazon.JsonClient;

namespace Amazon.SecretsManager;

/// <summary>Settings of a client: all of <see cref="Amazon.Runtime.ClientConfig"/>.</summary>
public class AmazonSecretsManagerConfig : JsonServiceConfig
{
    public AmazonSecretsManagerConfig()
        : base(ServiceId, "secretsmanager", "secretsmanager", "2017-10-17")
    {
    }

    /// <summary>The service's id; the environment's <c>AWS_ENDPOINT_URL_SECRETS_MANAGER</c> goes by it.</summary>
    public static new string ServiceId => "Secrets Manager";
}
