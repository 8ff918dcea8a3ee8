using System.Text.Json.Nodes;
using Amazon.EMRServerless;
using Amazon.EMRServerless.Model;

namespace GovernedFinetune.Compat.Tests.Aws;

public sealed class EmrServerlessTests : IAsyncLifetime
{
    private ScriptedAws _aws = null!;
    private AmazonEMRServerlessClient _client = null!;

    public async Task InitializeAsync()
    {
        _aws = await ScriptedAws.StartAsync();
        _client = _aws.EMRServerless();
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _aws.DisposeAsync();
    }

    [Fact]
    public async Task A_job_run_is_started_with_the_application_in_the_path_only()
    {
        _ = _aws.Answers("""{"applicationId":"00app","jobRunId":"00run","arn":"arn"}""");

        var response = await _client.StartJobRunAsync(new StartJobRunRequest
        {
            ApplicationId = "00app",
            ClientToken = "token",
            ExecutionRoleArn = "arn:aws:iam::123456789012:role/prepare",
            Name = "gf-prepare",
            Mode = JobRunMode.BATCH,
            ExecutionTimeoutMinutes = 120,
            RetryPolicy = new RetryPolicy { MaxAttempts = 2 },
            JobDriver = new JobDriver
            {
                SparkSubmit = new SparkSubmit { EntryPoint = "s3://b/main.py", EntryPointArguments = ["--job", "s3://b/job.json"], SparkSubmitParameters = "--conf a=b" },
            },
            ConfigurationOverrides = new ConfigurationOverrides
            {
                ApplicationConfiguration =
                [
                    new Configuration { Classification = "spark-defaults", Properties = new Dictionary<string, string> { ["spark.Executor.memory"] = "4g" } },
                ],
                MonitoringConfiguration = new MonitoringConfiguration
                {
                    S3MonitoringConfiguration = new S3MonitoringConfiguration { LogUri = "s3://b/logs", EncryptionKeyArn = "key" },
                    ManagedPersistenceMonitoringConfiguration = new ManagedPersistenceMonitoringConfiguration { Enabled = false },
                    CloudWatchLoggingConfiguration = new CloudWatchLoggingConfiguration
                    {
                        Enabled = true,
                        LogTypes = new Dictionary<string, List<string>> { ["SPARK_DRIVER"] = ["stdout", "stderr"] },
                    },
                },
                DiskEncryptionConfiguration = new DiskEncryptionConfiguration { EncryptionKeyArn = "key" },
            },
            Tags = new Dictionary<string, string> { ["Run-Uid"] = "7f0c" },
        });

        Assert.Equal(("00app", "00run", "arn"), (response.ApplicationId, response.JobRunId, response.Arn));
        var request = Assert.Single(_aws.Requests);
        Assert.Equal("POST", request.Method);
        Assert.Equal("/applications/00app/jobruns", request.Target);
        Assert.Equal("application/json", request.Headers["Content-Type"]);
        Signature.AssertValid(request, "emr-serverless");
        request.AssertBody("""
            {
              "clientToken": "token", "executionRoleArn": "arn:aws:iam::123456789012:role/prepare", "name": "gf-prepare", "mode": "BATCH",
              "executionTimeoutMinutes": 120, "retryPolicy": {"maxAttempts": 2},
              "jobDriver": {"sparkSubmit": {"entryPoint": "s3://b/main.py", "entryPointArguments": ["--job", "s3://b/job.json"], "sparkSubmitParameters": "--conf a=b"}},
              "configurationOverrides": {
                "applicationConfiguration": [{"classification": "spark-defaults", "properties": {"spark.Executor.memory": "4g"}}],
                "monitoringConfiguration": {
                  "s3MonitoringConfiguration": {"logUri": "s3://b/logs", "encryptionKeyArn": "key"},
                  "managedPersistenceMonitoringConfiguration": {"enabled": false},
                  "cloudWatchLoggingConfiguration": {"enabled": true, "logTypes": {"SPARK_DRIVER": ["stdout", "stderr"]}}
                },
                "diskEncryptionConfiguration": {"encryptionKeyArn": "key"}
              },
              "tags": {"Run-Uid": "7f0c"}
            }
            """);
    }

    [Fact]
    public async Task Without_a_client_token_a_call_makes_one_and_its_retries_keep_it()
    {
        _ = _aws
            .Answers("""{"message":"oops"}""", 500, "InternalServerException")
            .Answers("""{"jobRunId":"1"}""")
            .Answers("""{"jobRunId":"2"}""");
        var request = new StartJobRunRequest { ApplicationId = "a", ExecutionRoleArn = "r" };

        _ = await _client.StartJobRunAsync(request);
        _ = await _client.StartJobRunAsync(request);

        var tokens = _aws.Requests.Select(r => (string?)JsonNode.Parse(r.Text)!["clientToken"]).ToList();
        Assert.Equal(3, tokens.Count);
        Assert.Matches("^[A-Za-z0-9._-]{1,64}$", tokens[0]);
        Assert.Equal(tokens[0], tokens[1]);
        Assert.NotEqual(tokens[0], tokens[2]);
        Assert.Null(request.ClientToken);
    }

    [Fact]
    public async Task A_job_run_is_read_in_full()
    {
        _ = _aws.Answers("""
            {"jobRun": {
              "applicationId": "00app", "jobRunId": "00run", "name": "gf-prepare", "arn": "arn", "createdBy": "me", "createdAt": 1763980000.5, "updatedAt": 1763980001,
              "executionRole": "role", "state": "QUEUED", "stateDetails": "", "releaseLabel": "emr-7.12.0", "mode": "BATCH", "attempt": 2,
              "jobDriver": {"sparkSubmit": {"entryPoint": "s3://b/main.py"}}, "tags": {"Run-Uid": "7f0c"},
              "totalResourceUtilization": {"vCPUHour": 0.5, "memoryGBHour": 2, "storageGBHour": 0.25},
              "billedResourceUtilization": {"vCPUHour": 1.5, "memoryGBHour": 3, "storageGBHour": 0},
              "totalExecutionDurationSeconds": 61, "executionTimeoutMinutes": 720, "queuedDurationMilliseconds": 1234, "somethingNew": {}
            }}
            """);

        var run = (await _client.GetJobRunAsync(new GetJobRunRequest { ApplicationId = "00app", JobRunId = "00run", Attempt = 2 })).JobRun;

        Assert.Equal(JobRunState.QUEUED, run.State);
        Assert.Equal("", run.StateDetails);
        Assert.Equal(2, run.Attempt);
        Assert.Equal(DateTime.UnixEpoch.AddSeconds(1763980000.5), run.CreatedAt);
        Assert.Equal((0.5, 2d, 0.25), (run.TotalResourceUtilization.VCPUHour, run.TotalResourceUtilization.MemoryGBHour, run.TotalResourceUtilization.StorageGBHour));
        Assert.Equal(1.5, run.BilledResourceUtilization.VCPUHour);
        Assert.Equal((61, 720L, 1234L), (run.TotalExecutionDurationSeconds, run.ExecutionTimeoutMinutes, run.QueuedDurationMilliseconds));
        Assert.Equal("s3://b/main.py", run.JobDriver.SparkSubmit.EntryPoint);
        Assert.Equal("7f0c", run.Tags["Run-Uid"]);
        Assert.Null(run.ConfigurationOverrides);
        var request = Assert.Single(_aws.Requests);
        Assert.Equal("GET", request.Method);
        Assert.Equal("/applications/00app/jobruns/00run?attempt=2", request.Target);
        Assert.Empty(request.Body);
        Signature.AssertValid(request, "emr-serverless");
    }

    [Fact]
    public async Task Job_runs_are_listed_by_every_state_that_is_asked_for()
    {
        _ = _aws.Answers("""{"jobRuns":[{"applicationId":"a","id":"00run","state":"RUNNING","createdAt":1763980000}],"nextToken":"t"}""");

        var page = await _client.ListJobRunsAsync(new ListJobRunsRequest
        {
            ApplicationId = "a",
            States = ["RUNNING", "QUEUED"],
            MaxResults = 50,
            NextToken = "a+b/c=",
            CreatedAtAfter = DateTime.UnixEpoch.AddSeconds(1763980000.25),
            Mode = JobRunMode.BATCH,
        });

        Assert.Equal("00run", Assert.Single(page.JobRuns).Id);
        Assert.Equal("t", page.NextToken);
        var request = Assert.Single(_aws.Requests);
        var target = request.Target.Split('?');
        Assert.Equal("/applications/a/jobruns", target[0]);
        Assert.Equal(
            ["createdAtAfter=2025-11-24T10:26:40.250Z", "maxResults=50", "mode=BATCH", "nextToken=a+b/c=", "states=QUEUED", "states=RUNNING"],
            target[1].Split('&').Select(Uri.UnescapeDataString).Order(StringComparer.Ordinal));
        Signature.AssertValid(request, "emr-serverless");
    }

    [Fact]
    public async Task A_job_run_is_cancelled_with_a_grace_period()
    {
        _ = _aws.Answers("""{"applicationId":"a","jobRunId":"r"}""");

        var response = await _client.CancelJobRunAsync(new CancelJobRunRequest { ApplicationId = "a", JobRunId = "r", ShutdownGracePeriodInSeconds = 60 });

        Assert.Equal("r", response.JobRunId);
        var request = Assert.Single(_aws.Requests);
        Assert.Equal("DELETE", request.Method);
        Assert.Equal("/applications/a/jobruns/r?shutdownGracePeriodInSeconds=60", request.Target);
        Signature.AssertValid(request, "emr-serverless");
    }

    [Fact]
    public async Task An_application_is_read()
    {
        _ = _aws.Answers("""
            {"application": {"applicationId": "a", "name": "n", "state": "STOPPED", "type": "Spark", "releaseLabel": "emr-7.12.0", "architecture": "ARM64",
             "autoStartConfiguration": {"enabled": true}, "maximumCapacity": {"cpu": "64 vCPU", "memory": "512 GB"}, "schedulerConfiguration": {"maxConcurrentRuns": 15}}}
            """);

        var application = (await _client.GetApplicationAsync(new GetApplicationRequest { ApplicationId = "a" })).Application;

        Assert.Equal(ApplicationState.STOPPED, application.State);
        Assert.Equal(Architecture.ARM64, application.Architecture);
        Assert.True(application.AutoStartConfiguration.Enabled);
        Assert.Equal("64 vCPU", application.MaximumCapacity.Cpu);
        Assert.Equal(15, application.SchedulerConfiguration.MaxConcurrentRuns);
        Assert.Equal("/applications/a", Assert.Single(_aws.Requests).Target);
    }

    [Fact]
    public async Task An_id_cannot_leave_its_place_in_the_path()
    {
        _ = _aws.Answers("""{"jobRun":{}}""");

        _ = await _client.GetJobRunAsync(new GetJobRunRequest { ApplicationId = "a", JobRunId = "../b c?d#é" });

        var request = Assert.Single(_aws.Requests);
        Assert.Equal("/applications/a/jobruns/..%2Fb%20c%3Fd%23%C3%A9", request.Target);
        Signature.AssertValid(request, "emr-serverless");
    }

    [Theory]
    [InlineData(null, "r")]
    [InlineData("a", null)]
    public async Task Without_an_id_nothing_is_sent(string? application, string? run)
    {
        _ = await Assert.ThrowsAnyAsync<AmazonEMRServerlessException>(
            () => _client.GetJobRunAsync(new GetJobRunRequest { ApplicationId = application, JobRunId = run }));

        Assert.Empty(_aws.Requests);
    }

    [Theory]
    [InlineData(404, "ResourceNotFoundException", typeof(ResourceNotFoundException))]
    [InlineData(409, "ConflictException:http://internal.amazon.com/", typeof(ConflictException))]
    [InlineData(402, "ServiceQuotaExceededException", typeof(ServiceQuotaExceededException))]
    [InlineData(400, "ValidationException", typeof(ValidationException))]
    [InlineData(403, "AccessDeniedException", typeof(AmazonEMRServerlessException))]
    public async Task A_refusal_is_the_exception_of_its_code(int status, string header, Type exception)
    {
        _ = _aws.Answers("""{"message":"no"}""", status, header);

        var error = await Assert.ThrowsAnyAsync<AmazonEMRServerlessException>(
            () => _client.GetJobRunAsync(new GetJobRunRequest { ApplicationId = "a", JobRunId = "r" }));

        Assert.IsType(exception, error);
        Assert.Equal(header.Split(':')[0], error.ErrorCode);
        Assert.Equal("no", error.Message);
        Assert.Equal(status, (int)error.StatusCode);
        Assert.Equal(ScriptedAws.RequestId, error.RequestId);
    }
}
