using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace GovernedFinetune.Sandbox.Tests.Aws;

/// <summary>SageMaker training by its API alone: jobs are scripted, and time is the test's.</summary>
public sealed class TrainingTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 24, 10, 0, 0, TimeSpan.Zero));
    private AwsAccount _aws = null!;
    private string _role = "";

    public async Task InitializeAsync()
    {
        _aws = await AwsAccount.StartAsync(_clock);
        _role = await _aws.RoleAsync("training");
    }

    public Task DisposeAsync() => _aws.DisposeAsync().AsTask();

    [Fact]
    public async Task A_job_goes_through_its_statuses_at_their_times()
    {
        _ = await _aws.S3.PutBucketAsync("artifacts");
        await ScriptAsync(new
        {
            match = "^job-a1$",
            queueSeconds = 60,
            seconds = 600,
            metrics = new { train_loss = 0.25 },
            objects = new Dictionary<string, string> { ["{output}/manifest.json"] = "{env.GOVERNED_RUN_UID}" },
        });
        await CreateAsync(Job("job-a1"));

        (int, string, string)[] expected =
        [
            (0, "InProgress", "Starting"), (30, "InProgress", "Downloading"), (30, "InProgress", "Training"), (599, "InProgress", "Training"),
            (1, "Completed", "Completed"),
        ];
        foreach (var (seconds, primary, secondary) in expected)
        {
            _clock.Advance(TimeSpan.FromSeconds(seconds));
            var seen = await DescribeAsync("job-a1");
            Assert.Equal((primary, secondary), (Text(seen, "TrainingJobStatus"), Text(seen, "SecondaryStatus")));
        }

        var job = await DescribeAsync("job-a1");
        Assert.Equal(["Starting", "Downloading", "Training", "Uploading", "Completed"], job["SecondaryStatusTransitions"]!.AsArray().Select(t => Text(t!, "Status")));
        Assert.Equal(630, job["BillableTimeInSeconds"]!.GetValue<long>());
        Assert.Equal("train_loss", Text(job["FinalMetricDataList"]![0]!, "MetricName"));
        Assert.Equal("s3://artifacts/out/job-a1/output/model/", Text(job["ModelArtifacts"]!, "S3ModelArtifacts"));
        Assert.Equal("uid-1", await _aws.ReadAsync("artifacts", "out/job-a1/output/model/manifest.json"));
        Assert.DoesNotContain("null", job.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_can_quote_fields_of_the_document_that_its_job_was_given()
    {
        _ = await _aws.S3.PutBucketAsync("artifacts");
        _ = await _aws.S3.PutObjectAsync(new Amazon.S3.Model.PutObjectRequest
        {
            BucketName = "artifacts",
            Key = "uid-1",
            ContentBody = """{"run": {"attempt": 2}, "files": ["a"], "to": "s3://artifacts/left"}""",
        });
        await ScriptAsync(new
        {
            match = ".",
            seconds = 1,
            objects = new Dictionary<string, string> { ["{env.DOCUMENT#/to}"] = "{env.DOCUMENT#/run/attempt} {env.DOCUMENT#/files/0} {env.DOCUMENT#/run}" },
        });
        var job = Job("job");
        job["Environment"]!["DOCUMENT"] = "s3://artifacts/uid-1";
        await CreateAsync(job);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("Completed", Text(await DescribeAsync("job"), "TrainingJobStatus"));
        Assert.Equal("2 a {\n  \"attempt\": 2\n}", (await _aws.ReadAsync("artifacts", "left")).ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task A_script_that_quotes_what_is_not_there_fails_its_job_and_says_what_it_missed()
    {
        _ = await _aws.S3.PutBucketAsync("artifacts");
        await ScriptAsync(new { match = ".", seconds = 1, objects = new Dictionary<string, string> { ["{output}/x"] = "{env.DOCUMENT#/run/attempt}" } });
        var job = Job("job");
        job["Environment"]!["DOCUMENT"] = "s3://artifacts/nothing";
        await CreateAsync(job);
        _clock.Advance(TimeSpan.FromSeconds(1));

        var failed = await DescribeAsync("job");
        Assert.Equal("Failed", Text(failed, "TrainingJobStatus"));
        Assert.Contains("There is no object s3://artifacts/nothing", Text(failed, "FailureReason"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_is_taken_once_and_stays_taken_until_its_job_is_deleted()
    {
        await ScriptAsync(new { match = ".", seconds = 10 });
        await CreateAsync(Job("job"));
        (await _aws.SageMakerAsync("CreateTrainingJob", Job("job"))).Refused(400, "ResourceInUse", "must be unique");
        (await _aws.SageMakerAsync("DeleteTrainingJob", new { TrainingJobName = "job" })).Refused(400, "ValidationException", "InProgress");
        _clock.Advance(TimeSpan.FromSeconds(10));
        (await _aws.SageMakerAsync("CreateTrainingJob", Job("job"))).Refused(400, "ResourceInUse", "must be unique");
        _ = (await _aws.SageMakerAsync("DeleteTrainingJob", new { TrainingJobName = "job" })).Ok();
        await CreateAsync(Job("job"));
    }

    [Fact]
    public async Task Of_many_that_create_the_same_name_at_once_exactly_one_wins()
    {
        await ScriptAsync(new { match = ".", seconds = 10 });
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _aws.SageMakerAsync("CreateTrainingJob", Job("job"))));
        Assert.Equal(1, answers.Count(a => a.Status == 200));
        Assert.Equal(9, answers.Count(a => a.Code == "ResourceInUse"));
    }

    [Fact]
    public async Task A_stopped_job_is_stopping_and_then_stopped()
    {
        await ScriptAsync(new { match = ".", outcome = "Hang", stopSeconds = 90 });
        await CreateAsync(Job("job"));
        _ = (await _aws.SageMakerAsync("StopTrainingJob", new { TrainingJobName = "job" })).Ok();
        Assert.Equal(("Stopping", "Stopping"), await StatusAsync("job"));
        (await _aws.SageMakerAsync("StopTrainingJob", new { TrainingJobName = "job" })).Refused(400, "ValidationException", "in status Stopping");
        _clock.Advance(TimeSpan.FromSeconds(90));
        Assert.Equal(("Stopped", "Stopped"), await StatusAsync("job"));
        (await _aws.SageMakerAsync("StopTrainingJob", new { TrainingJobName = "job" })).Refused(400, "ValidationException", "in status Stopped");
    }

    [Fact]
    public async Task Running_out_of_time_is_stopped_with_its_own_secondary_status()
    {
        await ScriptAsync(new { match = ".", outcome = "Hang" });
        await CreateAsync(Job("job"));
        _clock.Advance(TimeSpan.FromSeconds(3600));
        Assert.Equal(("Stopped", "MaxRuntimeExceeded"), await StatusAsync("job"));

        // Spot: waiting for capacity counts too.
        var spot = Job("spot");
        spot["EnableManagedSpotTraining"] = true;
        spot["StoppingCondition"]!["MaxWaitTimeInSeconds"] = 4000;
        _aws.Api.ClearJobScripts();
        await ScriptAsync(new { match = ".", outcome = "Hang", queueSeconds = 1000 });
        await CreateAsync(spot);
        _clock.Advance(TimeSpan.FromSeconds(4000));
        Assert.Equal(("Stopped", "MaxWaitTimeExceeded"), await StatusAsync("spot"));
    }

    [Fact]
    public async Task A_spot_interruption_starts_the_job_again()
    {
        await ScriptAsync(new { match = ".", queueSeconds = 10, seconds = 100, interruptions = 1 });
        await CreateAsync(Job("job"));
        _clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(("InProgress", "Starting"), await StatusAsync("job"));
        _clock.Advance(TimeSpan.FromSeconds(60));
        var job = await DescribeAsync("job");
        Assert.Equal(
            ["Starting", "Downloading", "Training", "Interrupted", "Starting", "Downloading", "Training", "Uploading", "Completed"],
            job["SecondaryStatusTransitions"]!.AsArray().Select(t => Text(t!, "Status")));
    }

    [Fact]
    public async Task A_job_can_fail_before_it_starts()
    {
        await ScriptAsync(new { match = ".", queueSeconds = 5, failsBeforeStart = true });
        await CreateAsync(Job("job"));
        _clock.Advance(TimeSpan.FromSeconds(5));
        var job = await DescribeAsync("job");
        Assert.Equal("Failed", Text(job, "TrainingJobStatus"));
        Assert.StartsWith("CapacityError", Text(job, "FailureReason"), StringComparison.Ordinal);
        Assert.Null(job["TrainingStartTime"]);
    }

    [Fact]
    public async Task A_list_tells_which_jobs_moved()
    {
        await ScriptAsync(new { match = "^slow", seconds = 1000 });
        await ScriptAsync(new { match = ".", seconds = 10 });
        await CreateAsync(Job("slow-1"));
        await CreateAsync(Job("quick-1"));
        _clock.Advance(TimeSpan.FromSeconds(5));
        var since = _clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        _clock.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(["quick-1"], await ListAsync(new { LastModifiedTimeAfter = since }));
        Assert.Equal(["quick-1"], await ListAsync(new { StatusEquals = "Completed" }));
        Assert.Equal(["slow-1"], await ListAsync(new { NameContains = "slow" }));
        Assert.Equal(["quick-1", "slow-1"], await ListAsync(new { SortBy = "Name", SortOrder = "Ascending" }));
    }

    [Fact]
    public async Task Pages_are_cut_before_the_status_is_looked_at()
    {
        await ScriptAsync(new { match = "^a", seconds = 1000 });
        await ScriptAsync(new { match = "." });
        await CreateAsync(Job("a"));
        await CreateAsync(Job("b"));
        var first = (await _aws.SageMakerAsync("ListTrainingJobs", new { MaxResults = 1, SortBy = "Name", SortOrder = "Ascending", StatusEquals = "Completed" })).Ok();
        Assert.Empty(first["TrainingJobSummaries"]!.AsArray());
        var second = (await _aws.SageMakerAsync("ListTrainingJobs", new
        {
            MaxResults = 1,
            SortBy = "Name",
            SortOrder = "Ascending",
            StatusEquals = "Completed",
            NextToken = first["NextToken"]!.GetValue<string>(),
        })).Ok();
        Assert.Equal("b", Text(second["TrainingJobSummaries"]![0]!, "TrainingJobName"));
        Assert.Null(second["NextToken"]);
    }

    [Theory]
    [InlineData("TrainingJobName", "\"under_score\"", "trainingJobName")]
    [InlineData("TrainingJobName", "\"ends-\"", "trainingJobName")]
    [InlineData("TrainingJobName", null, "trainingJobName")]
    [InlineData("RoleArn", null, "roleArn")]
    [InlineData("RoleArn", "\"arn:aws:iam::123456789012:role/none\"", "Could not assume role")]
    [InlineData("OutputDataConfig", null, "outputDataConfig")]
    [InlineData("OutputDataConfig", "{\"S3OutputPath\":\"/tmp/x\"}", "outputDataConfig.s3OutputPath")]
    [InlineData("AlgorithmSpecification", null, "AlgorithmSpecification")]
    [InlineData("AlgorithmSpecification", "{\"TrainingInputMode\":\"File\"}", "TrainingImage")]
    [InlineData("AlgorithmSpecification", "{\"TrainingImage\":\"i\",\"TrainingInputMode\":\"Tape\"}", "algorithmSpecification.trainingInputMode")]
    [InlineData("AlgorithmSpecification", "{\"TrainingImage\":\"i\",\"TrainingInputMode\":\"File\",\"MetricDefinitions\":[{\"Name\":\"m\",\"Regex\":\"(\"}]}", "metricDefinitions")]
    [InlineData("ResourceConfig", null, "ResourceConfig")]
    [InlineData("ResourceConfig", "{\"InstanceType\":\"ml.huge.9xlarge\",\"InstanceCount\":1,\"VolumeSizeInGB\":10}", "'ml.huge.9xlarge' at 'resourceConfig.instanceType' failed to satisfy constraint: Member must satisfy enum value set: [ml.")]
    [InlineData("ResourceConfig", "{\"InstanceType\":\"ml.g5.2xlarge\",\"InstanceCount\":0,\"VolumeSizeInGB\":10}", "resourceConfig.instanceCount")]
    [InlineData("ResourceConfig", "{\"InstanceType\":\"ml.g5.2xlarge\",\"InstanceCount\":1,\"VolumeSizeInGB\":10,\"VolumeKmsKeyId\":\"k\"}", "VolumeKmsKeyId")]
    [InlineData("StoppingCondition", "{\"MaxRuntimeInSeconds\":0}", "stoppingCondition.maxRuntimeInSeconds")]
    [InlineData("StoppingCondition", "{\"MaxRuntimeInSeconds\":500000}", "432000")]
    [InlineData("StoppingCondition", "{\"MaxRuntimeInSeconds\":10,\"MaxWaitTimeInSeconds\":20}", "MaxWaitTimeInSeconds")]
    [InlineData("EnableManagedSpotTraining", "true", "MaxWaitTimeInSeconds")]
    [InlineData("Environment", "{\"1BAD\":\"x\"}", "environment")]
    [InlineData("HyperParameters", "{\"a\":null}", "hyperParameters")]
    [InlineData("Tags", "[{\"Key\":\"aws:x\",\"Value\":\"y\"}]", "aws:x")]
    [InlineData("InputDataConfig", "[]", "inputDataConfig")]
    public async Task A_member_that_breaks_the_model_is_named(string member, string? value, string named)
    {
        var request = Job("job");
        if (value is null)
        {
            _ = request.Remove(member);
        }
        else
        {
            request[member] = JsonNode.Parse(value);
        }

        (await _aws.SageMakerAsync("CreateTrainingJob", request)).Refused(400, "ValidationException", named);
        Assert.Empty(await ListAsync(new { }));
    }

    [Fact]
    public async Task A_member_of_the_wrong_type_is_named()
    {
        var request = Job("job");
        request["ResourceConfig"]!["InstanceCount"] = "1";
        (await _aws.SageMakerAsync("CreateTrainingJob", request)).Refused(400, "SerializationException", "resourceConfig.instanceCount");
    }

    [Fact]
    public async Task An_unknown_job_is_a_validation_error_as_on_AWS() =>
        (await _aws.SageMakerAsync("DescribeTrainingJob", new { TrainingJobName = "none" })).Refused(400, "ValidationException", "Requested resource not found.");

    [Fact]
    public async Task A_role_is_passed_only_by_who_may_pass_it()
    {
        _ = await _aws.RoleAsync("operator", ("sagemaker:CreateTrainingJob", "arn:aws:sagemaker:us-east-1:123456789012:training-job/ours-*"), ("sagemaker:AddTags", "*"));
        var key = await _aws.KeyOfAsync("operator");
        (await _aws.SageMakerAsync("CreateTrainingJob", Job("ours-1"), key)).Refused(400, "AccessDeniedException", $"iam:PassRole on resource: {_role}");
        (await _aws.SageMakerAsync("CreateTrainingJob", Job("theirs-1"), key)).Refused(400, "AccessDeniedException", "sagemaker:CreateTrainingJob");
        (await _aws.SageMakerAsync("ListTrainingJobs", new { }, key)).Refused(400, "AccessDeniedException", "sagemaker:ListTrainingJobs");
    }

    [Fact]
    public async Task Tags_are_upserted_and_removed()
    {
        await ScriptAsync(new { match = ".", outcome = "Hang" });
        await CreateAsync(Job("job"));
        var arn = Text(await DescribeAsync("job"), "TrainingJobArn");
        _ = (await _aws.SageMakerAsync("AddTags", new { ResourceArn = arn, Tags = new[] { new { Key = "run", Value = "new" }, new { Key = "b", Value = "2" } } })).Ok();
        _ = (await _aws.SageMakerAsync("DeleteTags", new { ResourceArn = arn, TagKeys = new[] { "b" } })).Ok();
        Assert.Equal("""[{"Key":"run","Value":"new"}]""", (await _aws.SageMakerAsync("ListTags", new { ResourceArn = arn })).Ok()["Tags"]!.ToJsonString());
        (await _aws.SageMakerAsync("ListTags", new { ResourceArn = arn + "x" })).Refused(400, "ValidationException", "does not exist");
    }

    [Theory]
    [InlineData("{\"match\":\"(\"}")]
    [InlineData("{\"match\":\".\",\"service\":\"s3\"}")]
    [InlineData("{\"match\":\".\",\"seconds\":-1}")]
    [InlineData("{\"match\":\".\",\"outcome\":\"Maybe\"}")]
    [InlineData("{}")]
    public async Task A_bad_script_is_refused(string script)
    {
        using var response = await _aws.AdminResponseAsync("/job-script", JsonNode.Parse(script)!);
        Assert.Equal(400, (int)response.StatusCode);
    }

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

    private JsonObject Job(string name) => JsonNode.Parse($$"""
        {
          "TrainingJobName": "{{name}}",
          "RoleArn": "{{_role}}",
          "AlgorithmSpecification": {"TrainingImage": "trainer:1", "TrainingInputMode": "File"},
          "OutputDataConfig": {"S3OutputPath": "s3://artifacts/out", "CompressionType": "NONE"},
          "ResourceConfig": {"InstanceType": "ml.g5.2xlarge", "InstanceCount": 1, "VolumeSizeInGB": 100},
          "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
          "Environment": {"GOVERNED_RUN_UID": "uid-1"},
          "Tags": [{"Key": "run", "Value": "u1"}]
        }
        """)!.AsObject();

    private Task ScriptAsync(object script) => _aws.AdminAsync("/job-script", script);

    private async Task CreateAsync(JsonObject request) => _ = (await _aws.SageMakerAsync("CreateTrainingJob", request)).Ok();

    private async Task<JsonNode> DescribeAsync(string name) => (await _aws.SageMakerAsync("DescribeTrainingJob", new { TrainingJobName = name })).Ok().Body;

    private async Task<(string Primary, string Secondary)> StatusAsync(string name)
    {
        var job = await DescribeAsync(name);
        return (Text(job, "TrainingJobStatus"), Text(job, "SecondaryStatus"));
    }

    private async Task<IReadOnlyList<string>> ListAsync(object input) =>
        [.. (await _aws.SageMakerAsync("ListTrainingJobs", input)).Ok()["TrainingJobSummaries"]!.AsArray().Select(j => Text(j!, "TrainingJobName"))];
}
