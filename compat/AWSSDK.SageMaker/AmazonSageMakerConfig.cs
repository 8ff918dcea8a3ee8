using Amazon.JsonClient;

namespace Amazon.SageMaker;

/// <summary>Settings of a client: all of <see cref="Amazon.Runtime.ClientConfig"/>.</summary>
public class AmazonSageMakerConfig : JsonServiceConfig
{
    public AmazonSageMakerConfig()
        : base(ServiceId, "sagemaker", "api.sagemaker", "2017-07-24")
    {
    }

    /// <summary>The service's id; the environment's <c>AWS_ENDPOINT_URL_SAGEMAKER</c> goes by it.</summary>
    public static new string ServiceId => "SageMaker";
}
