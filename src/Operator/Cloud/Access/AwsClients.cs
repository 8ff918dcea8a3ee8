using Amazon;
using Amazon.EMRServerless;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.SageMaker;
using Amazon.SecretsManager;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using GovernedFinetune.Operator.Cloud.Calls;
using GovernedFinetune.Operator.Profiles;

namespace GovernedFinetune.Operator.Cloud.Access;

/// <summary>The AWS clients of one profile: one Region, one identity, shared by all its runs.</summary>
internal sealed class AwsClients : IDisposable
{
    /// <summary>Tries after the first within one call. Enough for a lost connection; what lasts longer is the state machine's
    /// to wait for, because only it tells people about it.</summary>
    private const int Retries = 2;

    private readonly AwsProfile _profile;
    private readonly EndpointOverrides _endpoints;
    private readonly TimeProvider _clock;
    private readonly HttpClientFactory _http;
    private readonly SessionCredentials? _assumed;

    /// <summary>Clients for a profile.</summary>
    /// <param name="profile">Region and role.</param>
    /// <param name="endpoints">Where the services are.</param>
    /// <param name="clock">The time.</param>
    /// <param name="http">How HTTP clients are made: every call goes through them.</param>
    /// <param name="identity">As whom; null looks in the environment, as every AWS SDK does.</param>
    public AwsClients(AwsProfile profile, EndpointOverrides endpoints, TimeProvider clock, HttpClientFactory http, AWSCredentials? identity = null)
    {
        (_profile, _endpoints, _clock, _http) = (profile, endpoints, clock, http);
        identity ??= new EnvironmentCredentials();
        if (profile.AssumeRoleArn is { } role)
        {
            _assumed = new SessionCredentials(() => AssumeAsync(role, identity), clock);
        }

        var credentials = _assumed ?? identity;
        S3 = CreateS3(credentials);
        Emr = new AmazonEMRServerlessClient(credentials, Configure(new AmazonEMRServerlessConfig(), "EMR_SERVERLESS"));
        SageMaker = new AmazonSageMakerClient(credentials, Configure(new AmazonSageMakerConfig(), "SAGEMAKER"));
        Secrets = new AmazonSecretsManagerClient(credentials, Configure(new AmazonSecretsManagerConfig(), "SECRETS_MANAGER"));
    }

    /// <summary>S3 as the operator itself.</summary>
    public IAmazonS3 S3 { get; }

    /// <summary>EMR Serverless.</summary>
    public IAmazonEMRServerless Emr { get; }

    /// <summary>SageMaker.</summary>
    public IAmazonSageMaker SageMaker { get; }

    /// <summary>Secrets Manager.</summary>
    public IAmazonSecretsManager Secrets { get; }

    /// <summary>S3 as somebody else: with credentials that the catalog vended. The caller disposes it.</summary>
    public IAmazonS3 CreateS3(AWSCredentials credentials)
    {
        var config = Configure(new AmazonS3Config(), "S3");
        // A bucket's name cannot become a part of an overridden host's.
        config.ForcePathStyle = _endpoints.Of("S3") is not null;
        return new AmazonS3Client(credentials, config);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        S3.Dispose();
        Emr.Dispose();
        SageMaker.Dispose();
        Secrets.Dispose();
        _assumed?.Dispose();
    }

    private async Task<AwsSession> AssumeAsync(string role, AWSCredentials identity)
    {
        using var sts = new AmazonSecurityTokenServiceClient(identity, Configure(new AmazonSecurityTokenServiceConfig(), "STS"));
        var request = new AssumeRoleRequest { RoleArn = role, RoleSessionName = "governed-finetune-operator" };
        var keys = await AssumeAsync(sts, request);
        return new AwsSession(
            new ImmutableCredentials(keys.AccessKeyId, keys.SecretAccessKey, keys.SessionToken),
            AwsTimes.Utc(keys.Expiration) ?? _clock.GetUtcNow() + TimeSpan.FromMinutes(15));
    }

    private static async Task<Credentials> AssumeAsync(AmazonSecurityTokenServiceClient sts, AssumeRoleRequest request)
    {
        try
        {
            return (await sts.AssumeRoleAsync(request)).Credentials;
        }
        catch (Exception e) when (AwsFailures.Knows(e))
        {
            // Here and not at the call that needed the role: that one would name its own action.
            throw AwsFailures.From(e, new AwsCall("sts:AssumeRole", request.RoleArn));
        }
    }

    private T Configure<T>(T config, string service)
        where T : ClientConfig
    {
        config.MaxErrorRetry = Retries;
        config.HttpClientFactory = _http;
        if (_endpoints.Of(service) is { } url)
        {
            config.ServiceURL = url;
            config.AuthenticationRegion = _profile.Region;
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(_profile.Region);
        }

        return config;
    }
}
