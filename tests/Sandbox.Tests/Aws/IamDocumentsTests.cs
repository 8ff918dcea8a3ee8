using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.SecurityToken.Model;

namespace GovernedFinetune.Sandbox.Tests.Aws;

/// <summary>The documents of config/iam, as they are, in force.</summary>
public sealed class IamDocumentsTests : IAsyncLifetime
{
    private AwsAccount _aws = null!;
    private string _app = "";
    private AWSCredentials _operator = null!;

    public async Task InitializeAsync()
    {
        _aws = await AwsAccount.StartAsync();
        _ = await _aws.S3.PutBucketAsync("artifacts");
        _ = await _aws.S3.PutBucketAsync("governed");
        await _aws.PutAsync("governed", "raw/a.json", "{}");
        await _aws.PutAsync("artifacts", "finetune/runs/ns/run/job.json", "{}");
        await _aws.PutAsync("artifacts", "finetune/code/main.py", "");
        _ = (await _aws.SecretsAsync("CreateSecret", new { Name = "governed-finetune/default", SecretString = "{}" })).Ok();
        _app = (await _aws.EmrAsync("POST", "/applications", new { clientToken = "a", releaseLabel = "emr-7.12.0", type = "SPARK" })).Ok()["applicationId"]!.GetValue<string>();
        foreach (var (role, file) in new[] { ("prepare", "prepare-job"), ("training", "training-job"), ("operator", "operator") })
        {
            _ = await _aws.RoleAsync(role, Document($"{file}.json"), Document($"{file}-trust.json"));
        }

        _operator = await _aws.KeyOfAsync("operator");
    }

    public Task DisposeAsync() => _aws.DisposeAsync().AsTask();

    [Theory]
    [InlineData("prepare")]
    [InlineData("training")]
    [InlineData("operator")]
    public async Task No_role_can_touch_a_governed_bucket(string role)
    {
        var s3 = _aws.S3As(await _aws.KeyOfAsync(role));
        Func<Task>[] attempts =
        [
            () => s3.GetObjectAsync("governed", "raw/a.json"),
            () => s3.GetObjectMetadataAsync("governed", "raw/a.json"),
            () => s3.PutObjectAsync(new PutObjectRequest { BucketName = "governed", Key = "raw/b.json", ContentBody = "x" }),
            () => s3.DeleteObjectAsync("governed", "raw/a.json"),
            () => s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = "governed", Prefix = "raw/" }),
            () => s3.CopyObjectAsync("governed", "raw/a.json", "artifacts", "finetune/runs/stolen"),
            () => s3.InitiateMultipartUploadAsync("governed", "raw/b.json"),
        ];
        foreach (var attempt in attempts)
        {
            Assert.Equal(System.Net.HttpStatusCode.Forbidden, (await Assert.ThrowsAsync<AmazonS3Exception>(attempt)).StatusCode);
        }
    }

    [Theory]
    [InlineData("prepare", true)]
    [InlineData("training", false)]
    public async Task A_job_role_reads_its_document_and_secret_and_writes_its_results(string role, bool readsCode)
    {
        var key = await _aws.KeyOfAsync(role);
        var s3 = _aws.S3As(key);
        using var document = await s3.GetObjectAsync("artifacts", "finetune/runs/ns/run/job.json");
        _ = await s3.PutObjectAsync(new PutObjectRequest { BucketName = "artifacts", Key = "finetune/runs/ns/run/manifest.json", ContentBody = "{}" });
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await Assert.ThrowsAsync<AmazonS3Exception>(() => s3.GetObjectMetadataAsync("artifacts", "finetune/runs/none"))).StatusCode);
        _ = (await _aws.SecretsAsync("GetSecretValue", new { SecretId = "governed-finetune/default" }, key)).Ok();

        _ = await Assert.ThrowsAsync<AmazonS3Exception>(() => s3.PutObjectAsync(new PutObjectRequest { BucketName = "artifacts", Key = "finetune/audit/forged", ContentBody = "x" }));
        _ = await Assert.ThrowsAsync<AmazonS3Exception>(() => s3.PutObjectAsync(new PutObjectRequest { BucketName = "artifacts", Key = "finetune/code/main.py", ContentBody = "x" }));
        if (readsCode)
        {
            using var code = await s3.GetObjectAsync("artifacts", "finetune/code/main.py");
        }
    }

    [Fact]
    public async Task The_operator_can_do_all_that_a_run_needs()
    {
        await _aws.AdminAsync("/job-script", new { match = ".", outcome = "Hang" });
        var start = new
        {
            clientToken = "t",
            executionRoleArn = "arn:aws:iam::123456789012:role/prepare",
            jobDriver = new { sparkSubmit = new { entryPoint = "s3://artifacts/finetune/code/main.py" } },
            tags = new { run = "u" },
        };
        var run = (await _aws.EmrAsync("POST", $"/applications/{_app}/jobruns", start, _operator)).Ok()["jobRunId"]!.GetValue<string>();
        _ = (await _aws.EmrAsync("GET", $"/applications/{_app}/jobruns/{run}", null, _operator)).Ok();
        _ = (await _aws.EmrAsync("GET", $"/applications/{_app}/jobruns", null, _operator)).Ok();
        _ = (await _aws.EmrAsync("DELETE", $"/applications/{_app}/jobruns/{run}", null, _operator)).Ok();
        _ = (await _aws.SageMakerAsync("CreateTrainingJob", Training("sotu-abc-train-a1", "training"), _operator)).Ok();
        _ = (await _aws.SageMakerAsync("DescribeTrainingJob", new { TrainingJobName = "sotu-abc-train-a1" }, _operator)).Ok();
        _ = (await _aws.SageMakerAsync("ListTrainingJobs", new { }, _operator)).Ok();
        _ = (await _aws.SageMakerAsync("StopTrainingJob", new { TrainingJobName = "sotu-abc-train-a1" }, _operator)).Ok();
        _ = (await _aws.SecretsAsync("GetSecretValue", new { SecretId = "governed-finetune/default" }, _operator)).Ok();
        var s3 = _aws.S3As(_operator);
        _ = await s3.PutObjectAsync(new PutObjectRequest { BucketName = "artifacts", Key = "finetune/audit/ns/run/0001.json", ContentBody = "{}", IfNoneMatch = "*" });
        _ = await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = "artifacts", Prefix = "finetune/runs/ns/" });
    }

    [Fact]
    public async Task The_operator_can_do_no_more()
    {
        (await _aws.SageMakerAsync("CreateTrainingJob", Training("someone-elses-job", "training"), _operator)).Refused(400, "AccessDeniedException", "sagemaker:CreateTrainingJob");
        (await _aws.SageMakerAsync("CreateTrainingJob", Training("x-train-a1", "operator"), _operator)).Refused(400, "AccessDeniedException", "iam:PassRole");
        (await _aws.EmrAsync("POST", "/applications", new { clientToken = "b", releaseLabel = "emr-7.12.0", type = "SPARK" }, _operator)).Refused(403, "AccessDeniedException", "CreateApplication");
        (await _aws.SecretsAsync("PutSecretValue", new { SecretId = "governed-finetune/default", SecretString = "x" }, _operator)).Refused(400, "AccessDeniedException", "PutSecretValue");
        _ = await Assert.ThrowsAsync<AmazonS3Exception>(() => _aws.S3As(_operator).DeleteObjectAsync("artifacts", "finetune/audit/ns/run/0001.json"));
    }

    [Fact]
    public async Task Each_job_role_trusts_its_own_service_alone()
    {
        var refused = await _aws.SageMakerAsync("CreateTrainingJob", Training("x-train-a1", "prepare"));
        refused.Refused(400, "ValidationException", "allows principal 'sagemaker.amazonaws.com'");
        _ = await Assert.ThrowsAnyAsync<AmazonServiceException>(() => _aws.StsAs(_aws.Root).AssumeRoleAsync(
            new AssumeRoleRequest { RoleArn = "arn:aws:iam::123456789012:role/training", RoleSessionName = "person" }));
    }

    [Theory]
    [InlineData("{}", "Statement")]
    [InlineData("{\"Statement\":[{\"Effect\":\"Allow\",\"NotAction\":\"s3:*\",\"Resource\":\"*\"}]}", "NotAction")]
    [InlineData("{\"Statement\":[{\"Effect\":\"Maybe\",\"Action\":\"s3:*\",\"Resource\":\"*\"}]}", "Maybe")]
    [InlineData("{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[7],\"Resource\":\"*\"}]}", "Number")]
    [InlineData("{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:*\"}]}", "Action and Resource")]
    public async Task A_policy_that_would_not_be_enforced_is_refused(string policy, string why)
    {
        using var response = await _aws.AdminResponseAsync("/roles", new { name = "r", policies = new[] { JsonNode.Parse(policy) } });
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Contains(why, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_administrators_routes_need_the_administrators_token_and_say_what_is_wrong()
    {
        using var anonymous = await _aws.Unsigned().PostAsync("/_sandbox/roles", System.Net.Http.Json.JsonContent.Create(new { name = "r" }));
        Assert.Equal(401, (int)anonymous.StatusCode);
        using var role = await _aws.AdminResponseAsync("/access-keys", new { role = "nobody" });
        Assert.Contains("nobody", await role.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var bucket = await _aws.AdminResponseAsync("/buckets", new { name = "BAD" });
        Assert.Equal(400, (int)bucket.StatusCode);
        using var name = await _aws.AdminResponseAsync("/roles", new { name = "a/b" });
        Assert.Equal(400, (int)name.StatusCode);
    }

    private static JsonObject Training(string name, string role) => JsonNode.Parse($$"""
        {
          "TrainingJobName": "{{name}}",
          "RoleArn": "arn:aws:iam::123456789012:role/{{role}}",
          "AlgorithmSpecification": {"TrainingImage": "trainer:1", "TrainingInputMode": "File"},
          "OutputDataConfig": {"S3OutputPath": "s3://artifacts/finetune/runs"},
          "ResourceConfig": {"InstanceType": "ml.g5.2xlarge", "InstanceCount": 1, "VolumeSizeInGB": 100},
          "StoppingCondition": {"MaxRuntimeInSeconds": 600},
          "Tags": [{"Key": "run", "Value": "u"}]
        }
        """)!.AsObject();

    /// <summary>A document with its placeholders filled, and nothing else changed.</summary>
    private JsonNode Document(string file, [CallerFilePath] string here = "")
    {
        var text = File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "config", "iam", file));
        foreach (var (placeholder, value) in new[]
        {
            ("ACCOUNT_ID", AwsAccount.AccountId), ("REGION", AwsAccount.Region), ("ARTIFACTS_BUCKET", "artifacts"), ("PREFIX", "finetune"),
            ("EMR_APPLICATION_ID", _app), ("PREPARE_ROLE", "prepare"), ("TRAINING_ROLE", "training"), ("SECRET_NAME", "governed-finetune/default"),
            ("TRAINER_REPOSITORY", "trainer"), ("OIDC_ISSUER", "issuer.example"), ("NAMESPACE", "governed-finetune"), ("SERVICE_ACCOUNT", "operator"),
        })
        {
            text = text.Replace(placeholder, value, StringComparison.Ordinal);
        }

        return JsonNode.Parse(text)!;
    }
}
