using System.Text;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using Microsoft.AspNetCore.WebUtilities;
using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Tests.Aws;

public sealed class StsTests : IAsyncLifetime
{
    private AwsAccount _aws = null!;
    private string _role = "";

    public async Task InitializeAsync()
    {
        _aws = await AwsAccount.StartAsync();
        _ = await _aws.S3.PutBucketAsync("artifacts");
        await _aws.PutAsync("artifacts", "k", "x");
        _role = await _aws.RoleAsync("training", ("s3:GetObject", "arn:aws:s3:::artifacts/*"));
    }

    public Task DisposeAsync() => _aws.DisposeAsync().AsTask();

    [Fact]
    public async Task The_caller_is_told_who_it_is()
    {
        var identity = await _aws.StsAs(_aws.Root).GetCallerIdentityAsync(new GetCallerIdentityRequest());
        Assert.Equal(("arn:aws:iam::123456789012:root", "123456789012"), (identity.Arn, identity.Account));
    }

    [Fact]
    public async Task An_assumed_role_may_do_what_the_role_may()
    {
        var assumed = await _aws.StsAs(_aws.Root).AssumeRoleAsync(new AssumeRoleRequest { RoleArn = _role, RoleSessionName = "session-1" });
        Assert.Equal("arn:aws:sts::123456789012:assumed-role/training/session-1", assumed.AssumedRoleUser.Arn);
        Assert.Equal(assumed.AssumedRoleUser.Arn, (await _aws.StsAs(assumed.Credentials).GetCallerIdentityAsync(new GetCallerIdentityRequest())).Arn);

        var s3 = _aws.S3As(assumed.Credentials);
        using var got = await s3.GetObjectAsync("artifacts", "k");
        _ = await Assert.ThrowsAsync<AmazonS3Exception>(() => s3.ListBucketsAsync());
    }

    [Fact]
    public async Task Assuming_needs_the_right_and_a_role_that_exists()
    {
        _ = await _aws.RoleAsync("operator", ("sts:AssumeRole", _role));
        var key = await _aws.KeyOfAsync("operator");
        _ = await _aws.StsAs(key).AssumeRoleAsync(new AssumeRoleRequest { RoleArn = _role, RoleSessionName = "ok" });

        var other = await _aws.RoleAsync("other");
        await Refused("AccessDenied", () => _aws.StsAs(key).AssumeRoleAsync(new AssumeRoleRequest { RoleArn = other, RoleSessionName = "no" }));
        await Refused("AccessDenied", () => _aws.StsAs(_aws.Root).AssumeRoleAsync(
            new AssumeRoleRequest { RoleArn = "arn:aws:iam::123456789012:role/none", RoleSessionName = "no" }));
    }

    [Fact]
    public async Task A_role_that_trusts_a_service_alone_cannot_be_assumed_by_a_caller()
    {
        var trust = JsonNode.Parse("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},"Action":"sts:AssumeRole"}]}""");
        var role = await _aws.RoleAsync("service-role", JsonNode.Parse("""{"Version":"2012-10-17","Statement":[]}""")!, trust);
        await Refused("AccessDenied", () => _aws.StsAs(_aws.Root).AssumeRoleAsync(new AssumeRoleRequest { RoleArn = role, RoleSessionName = "no" }));
    }

    [Theory]
    [InlineData("a b", null, "roleSessionName")]
    [InlineData("x", null, "roleSessionName")]
    [InlineData("ok", 60, "durationSeconds")]
    [InlineData("ok", 50000, "durationSeconds")]
    public async Task A_bad_parameter_is_named(string session, int? seconds, string member)
    {
        var refused = await Refused("ValidationError", () => _aws.StsAs(_aws.Root).AssumeRoleAsync(
            new AssumeRoleRequest { RoleArn = _role, RoleSessionName = session, DurationSeconds = seconds }));
        Assert.Contains(member, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_policy_is_refused_rather_than_ignored() =>
        await Refused("ValidationError", () => _aws.StsAs(_aws.Root).AssumeRoleAsync(
            new AssumeRoleRequest { RoleArn = _role, RoleSessionName = "ok", Policy = "{}" }));

    [Fact]
    public async Task A_web_identity_token_becomes_the_role_without_a_signature()
    {
        var sts = _aws.StsAs(new AnonymousAWSCredentials());
        var token = Token("""{"sub":"system:serviceaccount:ns:sa","aud":["sts.amazonaws.com"],"iss":"https://issuer","exp":4102444800}""");
        var assumed = await sts.AssumeRoleWithWebIdentityAsync(new AssumeRoleWithWebIdentityRequest { RoleArn = _role, RoleSessionName = "pod", WebIdentityToken = token });

        Assert.Equal("system:serviceaccount:ns:sa", assumed.SubjectFromWebIdentityToken);
        Assert.Equal("sts.amazonaws.com", assumed.Audience);
        using var got = await _aws.S3As(assumed.Credentials).GetObjectAsync("artifacts", "k");
    }

    [Theory]
    [InlineData("not a token", "InvalidIdentityToken")]
    [InlineData("a.b.c", "InvalidIdentityToken")]
    [InlineData("""{"sub":"s","aud":"a","iss":"i","exp":1}""", "ExpiredTokenException")]
    [InlineData("""{"sub":"s"}""", "InvalidIdentityToken")]
    [InlineData("""{"sub":"s","aud":[],"iss":"i"}""", "InvalidIdentityToken")]
    public async Task A_bad_web_identity_token_is_refused(string claims, string code)
    {
        var sts = _aws.StsAs(new AnonymousAWSCredentials());
        await Refused(code, () => sts.AssumeRoleWithWebIdentityAsync(new AssumeRoleWithWebIdentityRequest
        {
            RoleArn = _role,
            RoleSessionName = "pod",
            WebIdentityToken = claims.StartsWith('{') ? Token(claims) : claims,
        }));
    }

    [Fact]
    public async Task No_other_operation_may_be_unsigned()
    {
        using var response = await _aws.Unsigned().PostAsync("/", new FormUrlEncodedContent(
            [new("Action", "AssumeRole"), new("Version", "2011-06-15"), new("RoleArn", _role), new("RoleSessionName", "x1")]));
        Assert.Equal(403, (int)response.StatusCode);
        Assert.Contains("MissingAuthenticationToken", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static string Token(string claims) =>
        $"e30.{WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(claims))}.c2ln";

    private static async Task<AmazonSecurityTokenServiceException> Refused(string code, Func<Task> call)
    {
        var refused = await Assert.ThrowsAnyAsync<AmazonSecurityTokenServiceException>(call);
        Assert.Equal(code, refused.ErrorCode);
        return refused;
    }
}
