using Amazon.JsonClient;

namespace Amazon.EMRServerless;

/// <summary>Settings of a client: all of <see cref="Amazon.Runtime.ClientConfig"/>.</summary>
public class AmazonEMRServerlessConfig : JsonServiceConfig
{
    public AmazonEMRServerlessConfig()
        : base(ServiceId, "emr-serverless", "emr-serverless", "2021-07-13")
    {
    }

    /// <summary>The service's id; the environment's <c>AWS_ENDPOINT_URL_EMR_SERVERLESS</c> goes by it.</summary>
    public static new string ServiceId => "EMR Serverless";
}
