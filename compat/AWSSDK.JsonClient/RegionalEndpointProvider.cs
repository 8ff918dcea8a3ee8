using Amazon.Runtime;
using Amazon.Runtime.Endpoints;

namespace Amazon.JsonClient;

/// <summary>The URL that was configured, else the service's host in the region.</summary>
internal sealed class RegionalEndpointProvider(string endpointPrefix) : IEndpointProvider
{
    public Endpoint ResolveEndpoint(EndpointParameters parameters)
    {
        if (parameters["Endpoint"] is string { Length: > 0 } url)
        {
            return new Endpoint(url);
        }

        if (parameters["Region"] is not string { Length: > 0 } region)
        {
            throw new AmazonClientException(
                $"No RegionEndpoint or ServiceURL configured for {endpointPrefix}: set one of them, or AWS_REGION.");
        }

        // Better no answer than one from a host that does not meet what was asked for.
        if (parameters["UseFIPS"] is true || parameters["UseDualStack"] is true)
        {
            throw new AmazonClientException(
                $"This build of the {endpointPrefix} client knows no FIPS or dual-stack hosts: set ServiceURL to the host, or build with UseUpstreamPackages=true.");
        }

        return new Endpoint($"https://{endpointPrefix}.{region}.{RegionEndpoint.GetBySystemName(region).PartitionDnsSuffix}");
    }
}
