using System.Net;
using Amazon;
using Amazon.EMRServerless;
using Amazon.EMRServerless.Model;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.SageMaker;
using Amazon.SageMaker.Model;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;

namespace GovernedFinetune.Compat.Tests.Aws;

/// <summary>What every client does the same way: retries, connections, time-outs, hosts.</summary>
public sealed class PipelineTests : IAsyncLifetime
{
    private const string Throttle = """{"__type":"ThrottlingException","message":"Rate exceeded"}""";
    private static readonly DescribeTrainingJobRequest Describe = new() { TrainingJobName = "j" };

    private ScriptedAws _aws = null!;

    public async Task InitializeAsync() => _aws = await ScriptedAws.StartAsync();

    public async Task DisposeAsync() => await _aws.DisposeAsync();

    [Fact]
    public async Task A_throttle_and_a_server_error_are_tried_again_each_with_a_signature_that_holds()
    {
        _ = _aws.Answers(Throttle, 400).Answers("""{"message":"oops"}""", 503).Answers("""{"TrainingJobName":"j"}""");
        using var client = _aws.SageMaker();

        var job = await client.DescribeTrainingJobAsync(Describe);

        Assert.Equal("j", job.TrainingJobName);
        Assert.Equal(3, _aws.Requests.Count);
        Assert.All(_aws.Requests, request => Signature.AssertValid(request, "sagemaker"));
        Assert.Single(_aws.Requests.Select(request => request.Headers["amz-sdk-invocation-id"]).Distinct());
    }

    [Fact]
    public async Task A_lost_connection_is_tried_again()
    {
        _ = _aws.DropsConnection().Answers("""{"TrainingJobName":"j"}""");
        using var client = _aws.SageMaker();

        Assert.Equal("j", (await client.DescribeTrainingJobAsync(Describe)).TrainingJobName);
        Assert.Equal(2, _aws.Requests.Count);
    }

    [Fact]
    public async Task After_the_third_attempt_the_throttle_reaches_the_caller()
    {
        _ = _aws.Answers(Throttle, 400).Answers(Throttle, 400).Answers(Throttle, 400);
        using var client = new AmazonSageMakerClient(
            Clients.Credentials, new AmazonSageMakerConfig { ServiceURL = _aws.Url, AuthenticationRegion = Signature.Region });

        var error = await Assert.ThrowsAsync<AmazonSageMakerException>(() => client.DescribeTrainingJobAsync(Describe));

        Assert.Equal("ThrottlingException", error.ErrorCode);
        Assert.Equal(3, _aws.Requests.Count);
    }

    [Fact]
    public async Task A_caller_who_retries_himself_can_turn_it_off()
    {
        _ = _aws.Answers(Throttle, 400);
        using var client = _aws.SageMaker(retries: 0);

        _ = await Assert.ThrowsAsync<AmazonSageMakerException>(() => client.DescribeTrainingJobAsync(Describe));

        _ = Assert.Single(_aws.Requests);
    }

    [Theory]
    [InlineData("<html><body>502 Bad Gateway</body></html>")]
    [InlineData("")]
    [InlineData("[1, 2")]
    public async Task An_error_that_is_not_json_keeps_its_status(string body)
    {
        _ = _aws.Answers(body, 502);
        using var client = _aws.SageMaker(retries: 0);

        var error = await Assert.ThrowsAnyAsync<AmazonServiceException>(() => client.DescribeTrainingJobAsync(Describe));

        Assert.Equal(HttpStatusCode.BadGateway, error.StatusCode);
    }

    [Theory]
    [InlineData("<html>a proxy's login page</html>")]
    [InlineData("""{"TrainingJobName": "j",""")]
    public async Task An_answer_that_cannot_be_read_is_an_error_of_the_sdk(string body)
    {
        _ = _aws.Answers(body);
        using var client = _aws.SageMaker(retries: 0);

        _ = await Assert.ThrowsAnyAsync<AmazonServiceException>(() => client.DescribeTrainingJobAsync(Describe));
    }

    [Fact]
    public async Task A_call_under_way_can_be_cancelled()
    {
        _ = _aws.HoldsBack();
        using var client = _aws.SageMaker();
        using var cancel = new CancellationTokenSource();

        var call = client.DescribeTrainingJobAsync(Describe, cancel.Token);
        await _aws.Holding.Task;
        await cancel.CancelAsync();

        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        _ = Assert.Single(_aws.Requests);
    }

    [Fact]
    public async Task A_cancelled_call_sends_nothing()
    {
        using var client = _aws.SageMaker();

        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => client.DescribeTrainingJobAsync(Describe, new CancellationToken(canceled: true)));

        Assert.Empty(_aws.Requests);
    }

    [Fact]
    public async Task Clients_with_the_same_settings_share_connections()
    {
        _ = _aws.Answers("{}").Answers("{}");

        foreach (var client in new[] { _aws.SageMaker(), _aws.SageMaker() })
        {
            using (client)
            {
                _ = await client.DescribeTrainingJobAsync(Describe);
            }
        }

        Assert.Single(_aws.Requests.Select(request => request.Connection).Distinct());
    }

    [Fact]
    public async Task A_session_token_goes_with_the_request_and_into_the_signature()
    {
        _ = _aws.Answers("{}");
        using var client = new AmazonSageMakerClient(
            new SessionAWSCredentials(Signature.AccessKey, Signature.SecretKey, "session"),
            new AmazonSageMakerConfig { ServiceURL = _aws.Url, AuthenticationRegion = Signature.Region });

        _ = await client.DescribeTrainingJobAsync(Describe);

        var request = Assert.Single(_aws.Requests);
        Assert.Equal("session", request.Headers["X-Amz-Security-Token"]);
        Assert.Contains("x-amz-security-token", request.Headers["Authorization"], StringComparison.Ordinal);
        Signature.AssertValid(request, "sagemaker");
    }

    [Fact]
    public void Without_a_url_the_host_is_the_regions()
    {
        Assert.Equal("https://api.sagemaker.eu-west-1.amazonaws.com", Host(new AmazonSageMakerConfig { RegionEndpoint = RegionEndpoint.EUWest1 }, Describe));
        Assert.Equal(
            "https://emr-serverless.us-east-1.amazonaws.com",
            Host(new AmazonEMRServerlessConfig { RegionEndpoint = RegionEndpoint.USEast1 }, new GetJobRunRequest()));
        Assert.Equal(
            "https://secretsmanager.cn-north-1.amazonaws.com.cn",
            Host(new AmazonSecretsManagerConfig { RegionEndpoint = RegionEndpoint.CNNorth1 }, new GetSecretValueRequest()));
    }

    private static string Host(ClientConfig config, AmazonWebServiceRequest request) =>
        config.DetermineServiceOperationEndpoint(new ServiceOperationEndpointParameters(request)).URL.TrimEnd('/');
}
