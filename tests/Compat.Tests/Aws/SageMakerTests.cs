using System.Globalization;
using Amazon.SageMaker;
using Amazon.SageMaker.Model;

namespace GovernedFinetune.Compat.Tests.Aws;

public sealed class SageMakerTests : IAsyncLifetime
{
    private ScriptedAws _aws = null!;
    private AmazonSageMakerClient _client = null!;

    public async Task InitializeAsync()
    {
        _aws = await ScriptedAws.StartAsync();
        _client = _aws.SageMaker();
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _aws.DisposeAsync();
    }

    [Fact]
    public async Task A_training_job_is_created_with_exactly_the_members_that_are_set()
    {
        _ = _aws.Answers("""{"TrainingJobArn":"arn:aws:sagemaker:eu-west-1:123456789012:training-job/j"}""");

        var response = await _client.CreateTrainingJobAsync(new CreateTrainingJobRequest
        {
            TrainingJobName = "j",
            RoleArn = "arn:aws:iam::123456789012:role/train",
            AlgorithmSpecification = new AlgorithmSpecification
            {
                TrainingImage = "image",
                TrainingInputMode = TrainingInputMode.File,
                ContainerEntrypoint = ["python3"],
                ContainerArguments = ["-m", "trainer"],
                MetricDefinitions = [new MetricDefinition { Name = "train_loss", Regex = "train_loss=([0-9.]+)" }],
            },
            InputDataConfig =
            [
                new Channel
                {
                    ChannelName = "job",
                    DataSource = new DataSource { S3DataSource = new S3DataSource { S3DataType = S3DataType.S3Prefix, S3Uri = "s3://b/p" } },
                },
            ],
            OutputDataConfig = new OutputDataConfig { S3OutputPath = "s3://b/out", CompressionType = OutputCompressionType.NONE, KmsKeyId = "k" },
            ResourceConfig = new ResourceConfig { InstanceType = TrainingInstanceType.MlG52xlarge, InstanceCount = 1, VolumeSizeInGB = 100 },
            StoppingCondition = new StoppingCondition { MaxRuntimeInSeconds = 3600, MaxWaitTimeInSeconds = 7200 },
            VpcConfig = new VpcConfig { SecurityGroupIds = ["sg-1"], Subnets = ["subnet-1"] },
            EnableManagedSpotTraining = true,
            EnableNetworkIsolation = false,
            CheckpointConfig = new CheckpointConfig { S3Uri = "s3://b/c", LocalPath = "/opt/ml/checkpoints" },
            RetryStrategy = new RetryStrategy { MaximumRetryAttempts = 3 },
            Environment = new Dictionary<string, string> { ["GOVERNED_RUN_UID"] = "7f0c" },
            HyperParameters = new Dictionary<string, string> { ["learning_rate"] = "2e-4" },
            Tags = [new Tag { Key = "run", Value = "Ünïcode <&>" }],
        });

        Assert.Equal("arn:aws:sagemaker:eu-west-1:123456789012:training-job/j", response.TrainingJobArn);
        Assert.Equal(System.Net.HttpStatusCode.OK, response.HttpStatusCode);
        Assert.Equal(ScriptedAws.RequestId, response.ResponseMetadata.RequestId);

        var request = Assert.Single(_aws.Requests);
        Assert.Equal("POST", request.Method);
        Assert.Equal("/", request.Target);
        Assert.Equal("SageMaker.CreateTrainingJob", request.Headers["X-Amz-Target"]);
        Assert.Equal("application/x-amz-json-1.1", request.Headers["Content-Type"]);
        Signature.AssertValid(request, "sagemaker");
        request.AssertBody("""
            {
              "TrainingJobName": "j", "RoleArn": "arn:aws:iam::123456789012:role/train",
              "AlgorithmSpecification": {
                "TrainingImage": "image", "TrainingInputMode": "File", "ContainerEntrypoint": ["python3"], "ContainerArguments": ["-m", "trainer"],
                "MetricDefinitions": [{"Name": "train_loss", "Regex": "train_loss=([0-9.]+)"}]
              },
              "InputDataConfig": [{"ChannelName": "job", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/p"}}}],
              "OutputDataConfig": {"S3OutputPath": "s3://b/out", "CompressionType": "NONE", "KmsKeyId": "k"},
              "ResourceConfig": {"InstanceType": "ml.g5.2xlarge", "InstanceCount": 1, "VolumeSizeInGB": 100},
              "StoppingCondition": {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 7200},
              "VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]},
              "EnableManagedSpotTraining": true, "EnableNetworkIsolation": false,
              "CheckpointConfig": {"S3Uri": "s3://b/c", "LocalPath": "/opt/ml/checkpoints"},
              "RetryStrategy": {"MaximumRetryAttempts": 3},
              "Environment": {"GOVERNED_RUN_UID": "7f0c"}, "HyperParameters": {"learning_rate": "2e-4"},
              "Tags": [{"Key": "run", "Value": "Ünïcode <&>"}]
            }
            """);
    }

    [Fact]
    public async Task A_description_is_read_in_full_and_members_that_came_later_are_skipped()
    {
        _ = _aws.Answers("""
            {
              "TrainingJobName": "j", "TrainingJobArn": "arn", "TrainingJobStatus": "Stopped", "SecondaryStatus": "MaxRuntimeExceeded",
              "FailureReason": "ran out of time", "ModelArtifacts": {"S3ModelArtifacts": "s3://b/out/j/output/model"},
              "CreationTime": 1763980000.125, "TrainingStartTime": 1763980100, "TrainingEndTime": 1.7639802E9, "LastModifiedTime": 1763980201.5,
              "StoppingCondition": {"MaxRuntimeInSeconds": 60},
              "SecondaryStatusTransitions": [
                {"Status": "Starting", "StartTime": 1763980000.125, "EndTime": 1763980100, "StatusMessage": "Starting the training job"},
                {"Status": "Training", "StartTime": 1763980100}
              ],
              "FinalMetricDataList": [{"MetricName": "train_loss", "Value": 2.3125, "Timestamp": 1763980190}, {"MetricName": "eval_loss", "Value": "NaN", "Timestamp": 1763980190}],
              "TrainingTimeInSeconds": 100, "BillableTimeInSeconds": 30, "BillableTokenCount": 5000000000,
              "Environment": {"GOVERNED_RUN_UID": "7f0c"}, "EnableManagedSpotTraining": true,
              "MadeUpLater": {"Deep": [1, {"Er": null}]}, "RoleArn": null
            }
            """);

        var job = await _client.DescribeTrainingJobAsync(new DescribeTrainingJobRequest { TrainingJobName = "j" });

        Assert.Equal(TrainingJobStatus.Stopped, job.TrainingJobStatus);
        Assert.Equal(SecondaryStatus.MaxRuntimeExceeded, job.SecondaryStatus);
        Assert.True(job.TrainingJobStatus == "Stopped");
        Assert.Equal("ran out of time", job.FailureReason);
        Assert.Equal("s3://b/out/j/output/model", job.ModelArtifacts.S3ModelArtifacts);
        Assert.Equal(Utc("2025-11-24T10:26:40.125Z"), job.CreationTime);
        Assert.Equal(DateTimeKind.Utc, job.CreationTime!.Value.Kind);
        Assert.Equal(Utc("2025-11-24T10:30:00Z"), job.TrainingEndTime);
        Assert.Equal(60, job.StoppingCondition.MaxRuntimeInSeconds);
        Assert.Equal([SecondaryStatus.Starting, SecondaryStatus.Training], job.SecondaryStatusTransitions.Select(t => t.Status));
        Assert.Null(job.SecondaryStatusTransitions[^1].EndTime);
        Assert.Equal(2.3125f, job.FinalMetricDataList[0].Value);
        Assert.True(float.IsNaN(job.FinalMetricDataList[1].Value!.Value));
        Assert.Equal((100, 30, 5000000000L), (job.TrainingTimeInSeconds, job.BillableTimeInSeconds, job.BillableTokenCount));
        Assert.Equal("7f0c", job.Environment["GOVERNED_RUN_UID"]);
        Assert.True(job.EnableManagedSpotTraining);
        Assert.Null(job.RoleArn);
    }

    [Fact]
    public async Task What_a_description_lacks_is_null_collections_included()
    {
        _ = _aws.Answers("""{"TrainingJobName":"j","TrainingJobStatus":"InProgress","SecondaryStatus":"Pending"}""");

        var job = await _client.DescribeTrainingJobAsync(new DescribeTrainingJobRequest { TrainingJobName = "j" });

        Assert.Null(job.FinalMetricDataList);
        Assert.Null(job.SecondaryStatusTransitions);
        Assert.Null(job.Environment);
        Assert.Null(job.TrainingEndTime);
        Assert.Null(job.BillableTimeInSeconds);
        Assert.Null(job.ModelArtifacts);
    }

    [Fact]
    public async Task A_status_that_came_later_keeps_its_text()
    {
        _ = _aws.Answers("""{"TrainingJobName":"j","TrainingJobStatus":"Hibernating"}""");

        var job = await _client.DescribeTrainingJobAsync(new DescribeTrainingJobRequest { TrainingJobName = "j" });

        Assert.Equal("Hibernating", job.TrainingJobStatus.Value);
        Assert.NotEqual(TrainingJobStatus.InProgress, job.TrainingJobStatus);
    }

    [Fact]
    public async Task Stopping_accepts_an_empty_answer()
    {
        _ = _aws.Answers("");

        var response = await _client.StopTrainingJobAsync(new StopTrainingJobRequest { TrainingJobName = "j" });

        Assert.Equal(System.Net.HttpStatusCode.OK, response.HttpStatusCode);
        var request = Assert.Single(_aws.Requests);
        Assert.Equal("SageMaker.StopTrainingJob", request.Headers["X-Amz-Target"]);
        request.AssertBody("""{"TrainingJobName":"j"}""");
    }

    [Fact]
    public async Task A_list_is_filtered_by_epoch_seconds_and_an_empty_page_may_have_a_next_one()
    {
        _ = _aws
            .Answers("""{"TrainingJobSummaries":[],"NextToken":"t"}""")
            .Answers("""{"TrainingJobSummaries":[{"TrainingJobName":"j","TrainingJobArn":"arn","TrainingJobStatus":"Completed","CreationTime":1763980000,"LastModifiedTime":1763980001}]}""");
        var first = new ListTrainingJobsRequest
        {
            LastModifiedTimeAfter = Utc("2025-11-24T10:26:40Z"),
            NameContains = "gf-",
            MaxResults = 100,
            SortBy = SortBy.CreationTime,
            SortOrder = SortOrder.Descending,
            StatusEquals = TrainingJobStatus.InProgress,
        };

        var empty = await _client.ListTrainingJobsAsync(first);
        var full = await _client.ListTrainingJobsAsync(new ListTrainingJobsRequest { NextToken = empty.NextToken });

        Assert.Empty(empty.TrainingJobSummaries);
        Assert.Equal("j", Assert.Single(full.TrainingJobSummaries).TrainingJobName);
        Assert.Null(full.NextToken);
        _aws.Requests[0].AssertBody("""
            {"LastModifiedTimeAfter":1763980000,"NameContains":"gf-","MaxResults":100,"SortBy":"CreationTime","SortOrder":"Descending","StatusEquals":"InProgress"}
            """);
        _aws.Requests[1].AssertBody("""{"NextToken":"t"}""");
    }

    [Theory]
    [InlineData("2025-11-24T10:26:40.499Z", 1763980000)]
    [InlineData("2025-11-24T10:26:40.501Z", 1763980001)]
    public async Task A_moment_in_a_filter_is_rounded_to_whole_seconds_so_it_may_be_later_than_was_asked(string after, long sent)
    {
        _ = _aws.Answers("{}");

        _ = await _client.ListTrainingJobsAsync(new ListTrainingJobsRequest { LastModifiedTimeAfter = Utc(after) });

        Assert.Single(_aws.Requests).AssertBody($$"""{"LastModifiedTimeAfter":{{sent}}}""");
    }

    [Theory]
    [InlineData("""{"__type":"ResourceInUse","Message":"taken"}""", null, typeof(ResourceInUseException), "ResourceInUse")]
    [InlineData("""{"__type":"com.amazonaws.sagemaker#ResourceInUse","message":"taken"}""", null, typeof(ResourceInUseException), "ResourceInUse")]
    [InlineData("""{"__type":"ResourceLimitExceeded","message":"taken"}""", null, typeof(ResourceLimitExceededException), "ResourceLimitExceeded")]
    [InlineData("""{"__type":"ResourceNotFound","message":"taken"}""", null, typeof(ResourceNotFoundException), "ResourceNotFound")]
    [InlineData("""{"message":"taken"}""", "ResourceInUse:http://internal.amazon.com/", typeof(ResourceInUseException), "ResourceInUse")]
    [InlineData("""{"__type":"ValidationException","message":"taken"}""", null, typeof(AmazonSageMakerException), "ValidationException")]
    [InlineData("""{"__type":"AccessDeniedException","Message":"taken"}""", null, typeof(AmazonSageMakerException), "AccessDeniedException")]
    public async Task A_refusal_is_the_exception_of_its_code_and_is_not_tried_again(string body, string? header, Type exception, string code)
    {
        _ = _aws.Answers(body, 400, header);

        var error = await Assert.ThrowsAnyAsync<AmazonSageMakerException>(
            () => _client.CreateTrainingJobAsync(new CreateTrainingJobRequest { TrainingJobName = "j" }));

        Assert.IsType(exception, error);
        Assert.Equal(code, error.ErrorCode);
        Assert.Equal("taken", error.Message);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, error.StatusCode);
        Assert.Equal(ScriptedAws.RequestId, error.RequestId);
        _ = Assert.Single(_aws.Requests);
    }

    private static DateTime Utc(string text) => DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
}
