using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Tests.Aws;

public sealed class SecretsTests : IAsyncLifetime
{
    private AwsAccount _aws = null!;
    private string _arn = "";

    public async Task InitializeAsync()
    {
        _aws = await AwsAccount.StartAsync();
        _arn = (await _aws.SecretsAsync("CreateSecret", new { Name = "governed-finetune/default", SecretString = "one" })).Ok()["ARN"]!.GetValue<string>();
    }

    public Task DisposeAsync() => _aws.DisposeAsync().AsTask();

    [Fact]
    public async Task A_secret_is_read_by_name_by_ARN_and_by_ARN_without_its_suffix()
    {
        Assert.Matches("^arn:aws:secretsmanager:us-east-1:123456789012:secret:governed-finetune/default-[A-Za-z0-9]{6}$", _arn);
        foreach (var id in (string[])["governed-finetune/default", _arn, _arn[..^7]])
        {
            var secret = (await _aws.SecretsAsync("GetSecretValue", new { SecretId = id })).Ok();
            Assert.Equal(("one", _arn), (secret["SecretString"]!.GetValue<string>(), secret["ARN"]!.GetValue<string>()));
            Assert.Equal(["AWSCURRENT"], secret["VersionStages"]!.AsArray().Select(s => s!.GetValue<string>()));
            Assert.Equal(System.Text.Json.JsonValueKind.Number, secret["CreatedDate"]!.GetValueKind());
        }
    }

    [Fact]
    public async Task Rotation_keeps_the_previous_version()
    {
        var put = (await _aws.SecretsAsync("PutSecretValue", new { SecretId = _arn, SecretString = "two" })).Ok();
        Assert.Equal("two", await Read(null));
        Assert.Equal("one", await Read("AWSPREVIOUS"));
        var version = put["VersionId"]!.GetValue<string>();
        Assert.Equal("two", (await _aws.SecretsAsync("GetSecretValue", new { SecretId = _arn, VersionId = version })).Ok()["SecretString"]!.GetValue<string>());
        (await _aws.SecretsAsync("GetSecretValue", new { SecretId = _arn, VersionId = version, VersionStage = "AWSPREVIOUS" }))
            .Refused(400, "ResourceNotFoundException", "VersionId");
    }

    [Fact]
    public async Task A_client_token_makes_a_put_repeatable()
    {
        var put = new { SecretId = _arn, SecretString = "two", ClientRequestToken = new string('t', 32) };
        _ = (await _aws.SecretsAsync("PutSecretValue", put)).Ok();
        _ = (await _aws.SecretsAsync("PutSecretValue", put)).Ok();
        Assert.Equal("one", await Read("AWSPREVIOUS"));
        (await _aws.SecretsAsync("PutSecretValue", put with { SecretString = "three" })).Refused(400, "ResourceExistsException", "ClientRequestToken");
    }

    [Fact]
    public async Task Errors_are_400_and_name_what_is_wrong()
    {
        (await _aws.SecretsAsync("GetSecretValue", new { SecretId = "none" })).Refused(400, "ResourceNotFoundException", "can't find");
        (await _aws.SecretsAsync("GetSecretValue", new { })).Refused(400, "ValidationException", "secretId");
        (await _aws.SecretsAsync("GetSecretValue", new { SecretId = 7 })).Refused(400, "SerializationException", "secretId");
        (await _aws.SecretsAsync("CreateSecret", new { Name = "governed-finetune/default", SecretString = "x" })).Refused(400, "ResourceExistsException", "already exists");
        (await _aws.SecretsAsync("CreateSecret", new { Name = "bad name", SecretString = "x" })).Refused(400, "ValidationException", "name");
        (await _aws.SecretsAsync("PutSecretValue", new { SecretId = _arn })).Refused(400, "InvalidRequestException", "SecretString");
        _ = (await _aws.SecretsAsync("DeleteSecret", new { SecretId = _arn })).Ok();
        (await _aws.SecretsAsync("GetSecretValue", new { SecretId = _arn })).Refused(400, "InvalidRequestException", "marked for deletion");
    }

    [Fact]
    public async Task No_refusal_repeats_a_secret()
    {
        var secret = new string('s', 65537);
        var refused = await _aws.SecretsAsync("PutSecretValue", new { SecretId = _arn, SecretString = secret });
        refused.Refused(400, "ValidationException", "secretString");
        Assert.DoesNotContain("ssss", refused.Message, StringComparison.Ordinal);
        _ = (await _aws.SecretsAsync("PutSecretValue", new { SecretId = _arn, SecretString = "s3cr3t-value" })).Ok();
        Assert.DoesNotContain("s3cr3t-value", await File.ReadAllTextAsync(Path.Combine(_aws.Folder, "requests.jsonl")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_reads_the_secrets_that_its_policy_names()
    {
        _ = await _aws.RoleAsync("job", ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:123456789012:secret:governed-finetune/default-??????"));
        var key = await _aws.KeyOfAsync("job");
        _ = (await _aws.SecretsAsync("CreateSecret", new { Name = "other", SecretString = "x" })).Ok();

        _ = (await _aws.SecretsAsync("GetSecretValue", new { SecretId = "governed-finetune/default" }, key)).Ok();
        (await _aws.SecretsAsync("GetSecretValue", new { SecretId = "other" }, key)).Refused(400, "AccessDeniedException", "secretsmanager:GetSecretValue");
        (await _aws.SecretsAsync("PutSecretValue", new { SecretId = _arn, SecretString = "x" }, key)).Refused(400, "AccessDeniedException", "secretsmanager:PutSecretValue");
    }

    private async Task<string?> Read(string? stage)
    {
        var input = new JsonObject { ["SecretId"] = _arn };
        if (stage is not null)
        {
            input["VersionStage"] = stage;
        }

        return (await _aws.SecretsAsync("GetSecretValue", input)).Ok()["SecretString"]?.GetValue<string>();
    }
}
