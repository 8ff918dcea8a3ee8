using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace Amazon.JsonClient;

/// <summary>
/// A client of one service on Core's own pipeline: credentials, signature, retries, clock skew, time-outs and connections
/// are Core's, as in the real packages. Only the shapes and how they are written and read are here.
/// </summary>
public abstract class JsonServiceClient : AmazonServiceClient
{
    /// <summary>Signs with what the default chain finds.</summary>
    protected JsonServiceClient(JsonServiceConfig config)
        : base(config)
    {
    }

    /// <summary>Signs with the credentials that are given.</summary>
    protected JsonServiceClient(AWSCredentials credentials, JsonServiceConfig config)
        : base(credentials, config)
    {
    }

    /// <inheritdoc />
    protected override IServiceMetadata ServiceMetadata => new Metadata(Config.ServiceId);

    /// <inheritdoc />
    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        pipeline.RemoveHandler<EndpointResolver>();
        pipeline.AddHandlerAfter<Marshaller>(new RegionalEndpointResolver());
        pipeline.AddHandlerAfter<Marshaller>(new SigV4Only());
    }

    private sealed class Metadata(string serviceId) : IServiceMetadata
    {
        public string ServiceId => serviceId;

        public IDictionary<string, string> OperationNameMapping { get; } = new Dictionary<string, string>();
    }
}
