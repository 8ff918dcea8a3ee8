using Amazon.Runtime;
using GovernedFinetune.Operator.Cloud.Access;
using GovernedFinetune.Operator.Cloud.Secrets;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Tests.Catalog;
using Microsoft.Extensions.Time.Testing;

namespace GovernedFinetune.Operator.Tests.Cloud;

public sealed class AwsAccessTests
{
    private const string GetSecret = "secretsmanager.GetSecretValue";

    private static EndpointOverrides Overrides(params (string Name, string Value)[] variables) =>
        new(name => variables.FirstOrDefault(v => v.Name == name).Value);

    [Fact]
    public void A_services_own_endpoint_beats_the_one_of_all()
    {
        var overrides = Overrides(("AWS_ENDPOINT_URL", "http://all"), ("AWS_ENDPOINT_URL_S3", "http://s3"));
        Assert.Equal(("http://s3", "http://all"), (overrides.Of("S3"), overrides.Of("SAGEMAKER")));
        Assert.Null(Overrides().Of("S3"));
        Assert.Null(Overrides(("AWS_ENDPOINT_URL", "http://all"), ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")).Of("S3"));
    }

    [Fact]
    public void Without_an_override_clients_go_to_the_region_and_buckets_to_their_own_hosts()
    {
        using var aws = new FakeAws();
        using var clients = new AwsClients(new("eu-central-1", null), Overrides(), TimeProvider.System, new FakeAws.Factory(aws), new AnonymousAWSCredentials());
        Assert.Equal("eu-central-1", clients.SageMaker.Config.RegionEndpoint.SystemName);
        Assert.False(((Amazon.S3.AmazonS3Config)clients.S3.Config).ForcePathStyle);
    }

    [Fact]
    public async Task The_region_signs_also_where_the_endpoint_is_overridden()
    {
        using var aws = new FakeAws();
        aws.Answer(GetSecret, """{"SecretString":"x"}""");
        await new SecretReader(aws.Clients.Secrets, aws.Caller).ReadAsync("s", CancellationToken.None);
        Assert.Contains("AKIDOWN/20", aws.Sent[0].Authorization, StringComparison.Ordinal);
        Assert.Contains("/eu-central-1/secretsmanager/aws4_request", aws.Sent[0].Authorization, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"SecretString":"plain"}""", "plain")]
    [InlineData("""{"SecretBinary":"cGxhaW4="}""", "plain")]
    public async Task A_secret_is_read_as_text(string answer, string expected)
    {
        using var aws = new FakeAws();
        aws.Answer(GetSecret, answer);
        Assert.Equal(expected, await new SecretReader(aws.Clients.Secrets, aws.Caller).ReadAsync("governed/x", CancellationToken.None));
        Assert.Equal("governed/x", (string?)aws.Sent[0].Json["SecretId"]);
    }

    [Theory]
    [InlineData("ResourceNotFoundException", Reasons.CredentialsUnavailable)]
    [InlineData("InvalidRequestException", Reasons.CredentialsUnavailable)]
    [InlineData("AccessDeniedException", Reasons.AccessDenied)]
    public async Task A_secret_that_cannot_be_read_is_terminal_and_named(string code, string reason)
    {
        using var aws = new FakeAws();
        aws.Refuse(GetSecret, code, "no");
        var failure = await Failing.WithAsync(
            FailureKind.Terminal, reason, () => new SecretReader(aws.Clients.Secrets, aws.Caller).ReadAsync("governed/x", CancellationToken.None));
        Assert.Contains("governed/x", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_is_assumed_once_and_again_before_its_session_ends()
    {
        using var aws = new FakeAws { Role = "arn:aws:iam::111111111111:role/operator" };
        aws.Answer("Action=AssumeRole", Session("ASIAONE", "2026-11-24T11:00:00Z")).Answer("Action=AssumeRole", Session("ASIATWO", "2026-11-24T12:00:00Z"));
        aws.Answer(GetSecret, """{"SecretString":"x"}""");
        var reader = new SecretReader(aws.Clients.Secrets, aws.Caller);
        foreach (var minutes in new[] { 0, 54, 2 })
        {
            aws.Clock.Advance(TimeSpan.FromMinutes(minutes));
            await reader.ReadAsync("s", CancellationToken.None);
        }

        Assert.Equal(
            ["Action=AssumeRole AKIDOWN", $"{GetSecret} ASIAONE", $"{GetSecret} ASIAONE", "Action=AssumeRole AKIDOWN", $"{GetSecret} ASIATWO"],
            aws.Sent.Select(s => $"{s.Route} {s.Authorization.Split("Credential=")[1].Split('/')[0]}"));
    }

    [Fact]
    public async Task A_role_that_may_not_be_assumed_is_said_so_and_not_blamed_on_the_call()
    {
        using var aws = new FakeAws { Role = "arn:aws:iam::111111111111:role/operator" };
        aws.Answer("Action=AssumeRole", "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>", 403);
        var failure = await Failing.WithAsync(
            FailureKind.Terminal, Reasons.AccessDenied, () => new SecretReader(aws.Clients.Secrets, aws.Caller).ReadAsync("s", CancellationToken.None));
        Assert.Contains("sts:AssumeRole on 'arn:aws:iam::111111111111:role/operator'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Session_keys_are_fetched_by_one_caller_and_before_they_end()
    {
        var clock = new FakeTimeProvider();
        var fetched = 0;
        var gate = new TaskCompletionSource();
        using var credentials = new SessionCredentials(
            async () =>
            {
                fetched++;
                await gate.Task;
                return new AwsSession(new ImmutableCredentials($"id{fetched}", "secret", "token"), clock.GetUtcNow().AddMinutes(4));
            },
            clock);
        var callers = Enumerable.Range(0, 8).Select(_ => credentials.GetCredentialsAsync()).ToList();
        gate.SetResult();
        Assert.All(await Task.WhenAll(callers), k => Assert.Equal("id1", k.AccessKey));
        clock.Advance(TimeSpan.FromMinutes(2.9));
        Assert.Equal("id1", (await credentials.GetCredentialsAsync()).AccessKey);
        clock.Advance(TimeSpan.FromMinutes(0.2));
        Assert.Equal("id2", (await credentials.GetCredentialsAsync()).AccessKey);
    }

    private static string Session(string keyId, string end) => $"""
        <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
        <AccessKeyId>{keyId}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>{end}</Expiration>
        </Credentials></AssumeRoleResult></AssumeRoleResponse>
        """;
}
