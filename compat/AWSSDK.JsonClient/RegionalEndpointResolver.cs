using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Util;

namespace Amazon.JsonClient;

/// <summary>The step of the pipeline that gives a request its host.</summary>
internal sealed class RegionalEndpointResolver : BaseEndpointResolver
{
    public static EndpointParameters Parameters(IClientConfig config, RegionEndpoint? alternate)
    {
        // ServiceURL also answers for AWS_ENDPOINT_URL and its variants; the region has to be read first, because reading
        // ServiceURL settles which of the two a client without either is given.
        var region = (alternate ?? config.RegionEndpoint)?.SystemName;
        var url = config.ServiceURL;
        if (region is null && url is { Length: > 0 })
        {
            region = config.AuthenticationRegion is { Length: > 0 } signing ? signing : AWSSDKUtils.DetermineRegion(url);
        }

        return new EndpointParameters
        {
            ["Region"] = region,
            ["Endpoint"] = url,
            ["UseFIPS"] = config.UseFIPSEndpoint,
            ["UseDualStack"] = config.UseDualstackEndpoint,
        };
    }

    protected override EndpointParameters MapEndpointsParameters(IRequestContext requestContext) =>
        Parameters(requestContext.ClientConfig, requestContext.Request.AlternateEndpoint);
}
