using Amazon.Runtime;
using Amazon.S3;
using GovernedFinetune.Sandbox.Aws.Signing;
using GovernedFinetune.Sandbox.Hosting;
using GovernedFinetune.Sandbox.Identity;
using Microsoft.Extensions.Time.Testing;

namespace GovernedFinetune.Sandbox.Tests.Aws;

public sealed class AuthenticationTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 24, 10, 0, 0, TimeSpan.Zero));
    private AwsAccount _aws = null!;
    private AwsCredential _root = null!;

    public async Task InitializeAsync()
    {
        _aws = await AwsAccount.StartAsync(_clock);
        Assert.True(_aws.Context.Credentials.TryGet(_aws.Api.RootAccessKeyId, out var root));
        _root = root;
    }

    public Task DisposeAsync() => _aws.DisposeAsync().AsTask();

    [Fact]
    public async Task An_unknown_access_key_is_refused_by_each_service_in_its_own_words()
    {
        var nobody = new BasicAWSCredentials("AKIANOBODY", "secret");
        Assert.Equal("InvalidAccessKeyId", (await S3Refusal(nobody)).ErrorCode);
        var sts = await Assert.ThrowsAsync<Amazon.SecurityToken.AmazonSecurityTokenServiceException>(
            () => _aws.StsAs(nobody).GetCallerIdentityAsync(new Amazon.SecurityToken.Model.GetCallerIdentityRequest()));
        Assert.Equal("InvalidClientTokenId", sts.ErrorCode);
        (await _aws.SageMakerAsync("ListTrainingJobs", new { }, nobody)).Refused(400, "UnrecognizedClientException", "security token");
        (await _aws.SecretsAsync("GetSecretValue", new { SecretId = "x" }, nobody)).Refused(400, "UnrecognizedClientException", "security token");
        (await _aws.EmrAsync("GET", "/applications", null, nobody)).Refused(403, "UnrecognizedClientException", "security token");
    }

    [Fact]
    public async Task A_wrong_secret_is_refused()
    {
        var wrong = new BasicAWSCredentials(_aws.Api.RootAccessKeyId, "not the secret");
        Assert.Equal("SignatureDoesNotMatch", (await S3Refusal(wrong)).ErrorCode);
        (await _aws.SageMakerAsync("ListTrainingJobs", new { }, wrong)).Refused(400, "InvalidSignatureException", "signature");
    }

    [Fact]
    public async Task A_request_without_a_signature_is_refused()
    {
        using var s3 = await _aws.Unsigned().GetAsync("/bucket/key");
        Assert.Contains("<Code>AccessDenied</Code>", await s3.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new StringContent("{}") };
        request.Headers.Add("X-Amz-Target", "SageMaker.ListTrainingJobs");
        (await AwsAnswer.ReadAsync(await _aws.Unsigned().SendAsync(request))).Refused(403, "MissingAuthenticationTokenException", "Missing");
    }

    [Fact]
    public async Task A_temporary_credential_ends_at_its_time()
    {
        _ = await _aws.S3.PutBucketAsync("bucket");
        var vended = _aws.Vend(IamPolicy.Root, TimeSpan.FromMinutes(10));
        _ = await _aws.S3As(vended).ListBucketsAsync();

        _clock.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal("ExpiredToken", (await S3Refusal(vended)).ErrorCode);
        (await _aws.EmrAsync("GET", "/applications", null, vended)).Refused(403, "ExpiredTokenException", "expired");
    }

    [Fact]
    public async Task A_temporary_key_without_its_own_session_token_is_refused()
    {
        var vended = await _aws.Vend(IamPolicy.Root).GetCredentialsAsync();
        Assert.Equal("InvalidToken", (await S3Refusal(new BasicAWSCredentials(vended.AccessKey, vended.SecretKey))).ErrorCode);
        Assert.Equal("InvalidToken", (await S3Refusal(new SessionAWSCredentials(vended.AccessKey, vended.SecretKey, "other"))).ErrorCode);
    }

    [Theory]
    [InlineData(-16)]
    [InlineData(16)]
    public async Task A_request_signed_too_long_ago_or_ahead_is_refused(int minutes)
    {
        // Further from both clocks than either allows.
        var signedAt = _clock.GetUtcNow().AddDays(minutes);
        var (status, text) = await HandSigned.Create(_aws, _root, HttpMethod.Get, "/", SigV4.UnsignedPayload, signedAt).SendAsync(_aws.Unsigned());
        Assert.Equal(403, status);
        Assert.Contains("RequestTimeTooSkewed", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_for_another_region_is_told_which_one()
    {
        var (status, text) = await HandSigned.Create(_aws, _root, HttpMethod.Get, "/", SigV4.UnsignedPayload, region: "eu-west-1").SendAsync(_aws.Unsigned());
        Assert.Equal(400, status);
        Assert.Contains("AuthorizationHeaderMalformed", text, StringComparison.Ordinal);
        Assert.Contains("us-east-1", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_header_that_was_added_after_signing_is_refused()
    {
        var request = HandSigned.Create(_aws, _root, HttpMethod.Put, "/bucket/key", SigV4.UnsignedPayload);
        request.Request.Headers.Add("x-amz-copy-source", "governed/secret");
        var (status, text) = await request.SendAsync(_aws.Unsigned(), "");
        Assert.Equal(403, status);
        Assert.Contains("x-amz-copy-source", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signature_for_one_path_or_body_does_not_serve_another()
    {
        var path = HandSigned.Create(_aws, _root, HttpMethod.Get, "/bucket/mine", SigV4.UnsignedPayload);
        path.Request.RequestUri = new Uri(_aws.Api.BaseAddress, "/bucket/other");
        Assert.Contains("SignatureDoesNotMatch", (await path.SendAsync(_aws.Unsigned())).Text, StringComparison.Ordinal);

        var body = HandSigned.Create(_aws, _root, HttpMethod.Post, "/", SigV4.HexHash("{}"u8), service: "sagemaker", more: ("x-amz-target", "SageMaker.ListTrainingJobs"));
        Assert.Contains("InvalidSignatureException", (await body.SendAsync(_aws.Unsigned(), "{\"MaxResults\":1}")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AWS4-HMAC-SHA256 nonsense")]
    [InlineData("AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=0")]
    [InlineData("Bearer token")]
    [InlineData("AWS AKIA:signature")]
    public async Task An_authorization_header_of_another_form_is_refused(string header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/bucket/key");
        _ = request.Headers.TryAddWithoutValidation("Authorization", header);
        using var response = await _aws.Unsigned().SendAsync(request);
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Contains("AuthorizationHeaderMalformed", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_request_log_says_who_did_what_and_what_was_refused()
    {
        _ = await _aws.S3.PutBucketAsync("governed");
        var vended = _aws.Vend(("s3:GetObject", "arn:aws:s3:::artifacts/*"));
        _ = await Assert.ThrowsAsync<AmazonS3Exception>(() => _aws.S3As(vended).GetObjectAsync("governed", "raw/a.json"));

        var line = _aws.Context.Requests.Snapshot()[^1];
        Assert.Equal(
            ("aws", "s3:GetObject", "arn:aws:sts::123456789012:assumed-role/vended/test", "s3://governed/raw/a.json", 403, "AccessDenied"),
            (line.Service, line.Operation, line.Principal, line.Resource, line.Status, line.Error));
    }

    [Fact]
    public async Task An_injected_fault_has_the_shape_of_the_service_that_it_hits()
    {
        _aws.Context.Faults.Add(new FaultRule { Match = "SageMaker.ListTrainingJobs", Status = 400, Code = "ThrottlingException", Times = 1 });
        _aws.Context.Faults.Add(new FaultRule { Match = "^GET /applications", Status = 500, Code = "InternalServerException", Times = 1 });
        _aws.Context.Faults.Add(new FaultRule { Match = "^GET /slow", Status = 503, Code = "SlowDown", Times = 1 });

        (await _aws.SageMakerAsync("ListTrainingJobs", new { })).Refused(400, "ThrottlingException", "fault switch");
        (await _aws.EmrAsync("GET", "/applications")).Refused(500, "InternalServerException", "fault switch");
        Assert.Equal("SlowDown", (await Assert.ThrowsAsync<AmazonS3Exception>(() => _aws.S3.GetObjectAsync("slow", "k"))).ErrorCode);
        _ = (await _aws.SageMakerAsync("ListTrainingJobs", new { })).Ok();
    }

    [Fact]
    public async Task An_answer_can_be_lost_after_the_effect()
    {
        _aws.Context.Faults.Add(new FaultRule { Match = "^POST /applications", DropAfterEffect = true, Times = 1 });
        var create = new { clientToken = "t", name = "lost", releaseLabel = "emr-7.12.0", type = "SPARK" };
        _ = await Assert.ThrowsAsync<HttpRequestException>(() => _aws.EmrAsync("POST", "/applications", create));

        var application = Assert.Single((await _aws.EmrAsync("GET", "/applications")).Ok()["applications"]!.AsArray());
        Assert.Equal(application!["id"]!.GetValue<string>(), (await _aws.EmrAsync("POST", "/applications", create)).Ok()["applicationId"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("\"text\"")]
    [InlineData("{\"a\":1,\"a\":2}")]
    public async Task A_body_that_is_not_a_JSON_object_is_refused(string body)
    {
        (await _aws.SageMakerAsync("ListTrainingJobs", body)).Refused(400, "SerializationException", "");
        (await _aws.EmrAsync("POST", "/applications", body)).Refused(400, "SerializationException", "");
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_refused() =>
        (await _aws.SageMakerAsync("CreateTrainingJob", new string(' ', 5 * 1024 * 1024))).Refused(413, "RequestEntityTooLargeException", "larger");

    [Fact]
    public async Task An_operation_that_the_sandbox_does_not_have_is_named()
    {
        (await _aws.SageMakerAsync("CreateEndpoint", new { })).Refused(400, "UnknownOperationException", "SageMaker.CreateEndpoint");
        (await _aws.EmrAsync("PATCH", "/applications/x")).Refused(404, "UnknownOperationException", "PATCH /applications/x");
    }

    private async Task<AmazonS3Exception> S3Refusal(AWSCredentials credentials) =>
        await Assert.ThrowsAsync<AmazonS3Exception>(() => _aws.S3As(credentials).ListBucketsAsync());
}
