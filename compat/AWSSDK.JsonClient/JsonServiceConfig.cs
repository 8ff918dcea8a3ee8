using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Util.Internal;

namespace Amazon.JsonClient;

/// <summary>What the settings of the three services share: all of <see cref="ClientConfig"/>, and how a host name is made.</summary>
public abstract class JsonServiceConfig : ClientConfig
{
    // The retry mode and the time-outs that the real packages start from.
    private static readonly IDefaultConfiguration[] Defaults =
    [
        new DefaultConfiguration
        {
            Name = DefaultConfigurationMode.Standard,
            RetryMode = RequestRetryMode.Standard,
            ConnectTimeout = TimeSpan.FromMilliseconds(3100),
            TlsNegotiationTimeout = TimeSpan.FromMilliseconds(3100),
        },
    ];

    private readonly string _userAgent;

    /// <param name="serviceId">The service's id, from which Core makes <c>AWS_ENDPOINT_URL_&lt;SERVICE&gt;</c>.</param>
    /// <param name="signingName">The service's name in a signature.</param>
    /// <param name="endpointPrefix">The first labels of a regional host, such as <c>api.sagemaker</c>.</param>
    /// <param name="apiVersion">The version of the service's API, a date.</param>
    protected JsonServiceConfig(string serviceId, string signingName, string endpointPrefix, string apiVersion)
        : base(new DefaultConfigurationProvider(Defaults))
    {
        ServiceId = serviceId;
        AuthenticationServiceName = signingName;
        EndpointProvider = new RegionalEndpointProvider(endpointPrefix);
        RegionEndpointServiceName = endpointPrefix;
        ServiceVersion = apiVersion;
        _userAgent = InternalSDKUtils.BuildUserAgentString(serviceId.Replace(' ', '_'), "4.0");
    }

    public override string RegionEndpointServiceName { get; }

    public override string ServiceVersion { get; }

    public override string UserAgent => _userAgent;

    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) =>
        EndpointProvider.ResolveEndpoint(RegionalEndpointResolver.Parameters(this, parameters.AlternateEndpoint));
}
