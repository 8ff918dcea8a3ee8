using Amazon.EMRServerless;
using Amazon.EMRServerless.Model;
using Amazon.SageMaker;
using Amazon.SageMaker.Model;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;

namespace GovernedFinetune.Compat.Tests.Aws;

/// <summary>The environment is the process's, so these tests run by themselves.</summary>
[CollectionDefinition(nameof(EndpointVariablesTests), DisableParallelization = true)]
[Collection(nameof(EndpointVariablesTests))]
public sealed class EndpointVariablesTests : IAsyncLifetime
{
    private static readonly string[] Names =
    [
        "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SAGEMAKER", "AWS_ENDPOINT_URL_EMR_SERVERLESS", "AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_REGION",
    ];

    private readonly Dictionary<string, string?> _before = Names.ToDictionary(name => name, Environment.GetEnvironmentVariable);
    private ScriptedAws _own = null!;
    private ScriptedAws _all = null!;

    public async Task InitializeAsync()
    {
        foreach (var name in Names)
        {
            Environment.SetEnvironmentVariable(name, null);
        }

        _own = await ScriptedAws.StartAsync();
        _all = await ScriptedAws.StartAsync();
        Environment.SetEnvironmentVariable("AWS_REGION", Signature.Region);
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL", _all.Url);
    }

    public async Task DisposeAsync()
    {
        foreach (var (name, value) in _before)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        await _own.DisposeAsync();
        await _all.DisposeAsync();
    }

    [Fact]
    public async Task A_services_own_variable_beats_the_one_for_all()
    {
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL_SAGEMAKER", _own.Url);
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL_EMR_SERVERLESS", _own.Url);
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL_SECRETS_MANAGER", _own.Url);
        _ = _own.Answers("{}").Answers("{}").Answers("{}");

        await CallEachService();

        Assert.Equal(3, _own.Requests.Count);
        Assert.Empty(_all.Requests);
    }

    [Fact]
    public async Task The_variable_for_all_serves_every_service()
    {
        _ = _all.Answers("{}").Answers("{}").Answers("{}");

        await CallEachService();

        Assert.Equal(3, _all.Requests.Count);
        Signature.AssertValid(_all.Requests[0], "sagemaker");
        Signature.AssertValid(_all.Requests[1], "emr-serverless");
        Signature.AssertValid(_all.Requests[2], "secretsmanager");
    }

    [Fact]
    public async Task A_url_in_the_settings_beats_the_environment()
    {
        _ = _own.Answers("{}");
        using var client = _own.SageMaker();

        _ = await client.DescribeTrainingJobAsync(new DescribeTrainingJobRequest { TrainingJobName = "j" });

        _ = Assert.Single(_own.Requests);
        Assert.Empty(_all.Requests);
    }

    [Fact]
    public void The_environment_can_be_ignored()
    {
        var config = new AmazonSageMakerConfig { RegionEndpoint = Amazon.RegionEndpoint.EUWest1, IgnoreConfiguredEndpointUrls = true };

        var endpoint = config.DetermineServiceOperationEndpoint(new Amazon.Runtime.Endpoints.ServiceOperationEndpointParameters(new DescribeTrainingJobRequest()));

        Assert.StartsWith("https://api.sagemaker.eu-west-1.", endpoint.URL, StringComparison.Ordinal);
    }

    private static async Task CallEachService()
    {
        using var sageMaker = new AmazonSageMakerClient(Clients.Credentials, new AmazonSageMakerConfig { RegionEndpoint = Amazon.RegionEndpoint.EUWest1 });
        using var emr = new AmazonEMRServerlessClient(Clients.Credentials, new AmazonEMRServerlessConfig { RegionEndpoint = Amazon.RegionEndpoint.EUWest1 });
        using var secrets = new AmazonSecretsManagerClient(Clients.Credentials, new AmazonSecretsManagerConfig { RegionEndpoint = Amazon.RegionEndpoint.EUWest1 });
        _ = await sageMaker.DescribeTrainingJobAsync(new DescribeTrainingJobRequest { TrainingJobName = "j" });
        _ = await emr.GetApplicationAsync(new GetApplicationRequest { ApplicationId = "a" });
        _ = await secrets.GetSecretValueAsync(new GetSecretValueRequest { SecretId = "s" });
    }
}
