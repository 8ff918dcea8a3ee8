using System.Text;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;

namespace GovernedFinetune.Compat.Tests.Aws;

public sealed class SecretsManagerTests : IAsyncLifetime
{
    private ScriptedAws _aws = null!;
    private AmazonSecretsManagerClient _client = null!;

    public async Task InitializeAsync()
    {
        _aws = await ScriptedAws.StartAsync();
        _client = _aws.SecretsManager(retries: 0);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _aws.DisposeAsync();
    }

    [Fact]
    public async Task A_secret_is_read_with_its_version()
    {
        _ = _aws.Answers("""
            {"ARN":"arn:aws:secretsmanager:eu-west-1:123456789012:secret:s-AbCdEf","Name":"s","VersionId":"5b1e7a52-0000-4000-8000-000000000001",
             "SecretString":"{\"client_id\":\"id\",\"client_secret\":\"not in any output\"}","VersionStages":["AWSCURRENT"],"CreatedDate":1763980000.5}
            """);

        var secret = await _client.GetSecretValueAsync(new GetSecretValueRequest { SecretId = "s", VersionStage = "AWSCURRENT" });

        Assert.Equal("""{"client_id":"id","client_secret":"not in any output"}""", secret.SecretString);
        Assert.Null(secret.SecretBinary);
        Assert.EndsWith("secret:s-AbCdEf", secret.ARN, StringComparison.Ordinal);
        Assert.Equal("5b1e7a52-0000-4000-8000-000000000001", secret.VersionId);
        Assert.Equal(["AWSCURRENT"], secret.VersionStages);
        Assert.Equal(DateTime.UnixEpoch.AddSeconds(1763980000.5), secret.CreatedDate);
        var request = Assert.Single(_aws.Requests);
        Assert.Equal("secretsmanager.GetSecretValue", request.Headers["X-Amz-Target"]);
        request.AssertBody("""{"SecretId":"s","VersionStage":"AWSCURRENT"}""");
        Signature.AssertValid(request, "secretsmanager");
    }

    [Fact]
    public async Task A_binary_secret_is_read_from_its_first_byte()
    {
        _ = _aws.Answers("""{"Name":"s","SecretBinary":"aGVsbG8="}""");

        var secret = await _client.GetSecretValueAsync(new GetSecretValueRequest { SecretId = "s" });

        using var reader = new StreamReader(secret.SecretBinary, Encoding.UTF8);
        Assert.Equal("hello", await reader.ReadToEndAsync());
        Assert.Null(secret.SecretString);
    }

    [Theory]
    [InlineData(400, "ResourceNotFoundException", typeof(ResourceNotFoundException))]
    [InlineData(400, "InvalidRequestException", typeof(InvalidRequestException))]
    [InlineData(400, "InvalidParameterException", typeof(InvalidParameterException))]
    [InlineData(400, "DecryptionFailure", typeof(DecryptionFailureException))]
    [InlineData(500, "InternalServiceError", typeof(InternalServiceErrorException))]
    [InlineData(400, "AccessDeniedException", typeof(AmazonSecretsManagerException))]
    public async Task A_refusal_is_the_exception_of_its_code(int status, string code, Type exception)
    {
        _ = _aws.Answers($$"""{"__type":"{{code}}","Message":"no"}""", status);

        var error = await Assert.ThrowsAnyAsync<AmazonSecretsManagerException>(
            () => _client.GetSecretValueAsync(new GetSecretValueRequest { SecretId = "s" }));

        Assert.IsType(exception, error);
        Assert.Equal(code, error.ErrorCode);
        Assert.Equal("no", error.Message);
        Assert.Equal(status, (int)error.StatusCode);
    }
}
