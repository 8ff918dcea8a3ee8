using GovernedFinetune.Operator.Cloud.Jobs;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Tests.Catalog;

namespace GovernedFinetune.Operator.Tests.Cloud;

public sealed class PrepareJobsTests : IDisposable
{
    private const string Runs = "/applications/app1/jobruns";
    private static readonly EmrProfile Profile = new(
        "app1", "arn:aws:iam::1:role/prepare", "s3://code/main.py", ["s3://code/a.zip", "s3://code/b.zip"], "--conf spark.executor.cores=4", "s3://logs/emr");

    private static readonly PrepareJobRequest Request = new(
        "prepare-7f0c-a1", "token-1", new S3Location("artifacts", "job.json"), TimeSpan.FromMinutes(90.5), new Dictionary<string, string> { ["run"] = "7f0c" });

    private readonly FakeAws _aws = new();
    private readonly EmrPrepareJobs _jobs;

    public PrepareJobsTests() => _jobs = new EmrPrepareJobs(_aws.Clients.Emr, _aws.Caller, Profile, _aws.Clock);

    public void Dispose() => _aws.Dispose();

    [Fact]
    public async Task A_job_is_started_with_token_role_arguments_and_limits()
    {
        _aws.Answer($"POST {Runs}", """{"applicationId":"app1","jobRunId":"00f1","arn":"a"}""");
        Assert.Equal("00f1", await _jobs.StartAsync(Request, CancellationToken.None));
        var body = _aws.Sent[0].Json;
        Assert.Equal(("token-1", "prepare-7f0c-a1", "BATCH", 91), ((string?)body["clientToken"], (string?)body["name"], (string?)body["mode"], (int?)body["executionTimeoutMinutes"]));
        Assert.Equal("arn:aws:iam::1:role/prepare", (string?)body["executionRoleArn"]);
        var submit = body["jobDriver"]!["sparkSubmit"]!;
        Assert.Equal("s3://code/main.py", (string?)submit["entryPoint"]);
        Assert.Equal(["--job", "s3://artifacts/job.json"], submit["entryPointArguments"]!.AsArray().Select(a => (string)a!));
        Assert.Equal("--py-files s3://code/a.zip,s3://code/b.zip --conf spark.executor.cores=4", (string?)submit["sparkSubmitParameters"]);
        Assert.Equal("s3://logs/emr", (string?)body["configurationOverrides"]!["monitoringConfiguration"]!["s3MonitoringConfiguration"]!["logUri"]);
        Assert.Equal("7f0c", (string?)body["tags"]!["run"]);
        Assert.Null(body["retryPolicy"]);
    }

    [Fact]
    public async Task A_timeout_below_the_services_shortest_is_raised_to_it_and_what_is_not_configured_is_not_sent()
    {
        var jobs = new EmrPrepareJobs(_aws.Clients.Emr, _aws.Caller, Profile with { PyFiles = [], SparkSubmitParameters = null, LogUri = null }, _aws.Clock);
        _aws.Answer($"POST {Runs}", """{"jobRunId":"00f1"}""");
        await jobs.StartAsync(Request with { Timeout = TimeSpan.FromSeconds(30) }, CancellationToken.None);
        var body = _aws.Sent[0].Json;
        Assert.Equal(5, (int?)body["executionTimeoutMinutes"]);
        Assert.Null(body["configurationOverrides"]);
        Assert.Null(body["jobDriver"]!["sparkSubmit"]!["sparkSubmitParameters"]);
    }

    [Fact]
    public async Task A_token_that_was_used_with_other_arguments_finds_the_job_by_its_name()
    {
        _aws.Refuse($"POST {Runs}", "ConflictException", "token", 409)
            .Answer($"GET {Runs}", """{"jobRuns":[{"id":"00f2","name":"prepare-7f0c-a1","state":"RUNNING"}]}""");
        Assert.Equal("00f2", await _jobs.StartAsync(Request, CancellationToken.None));
    }

    [Fact]
    public async Task A_conflict_without_such_a_job_is_tried_again()
    {
        _aws.Refuse($"POST {Runs}", "ConflictException", "stopping", 409).Answer($"GET {Runs}", "{}");
        await Failing.WithAsync(FailureKind.Transient, Reasons.Conflict, () => _jobs.StartAsync(Request, CancellationToken.None));
    }

    [Theory]
    [InlineData("ValidationException", FailureKind.Terminal, Reasons.RequestRejected)]
    [InlineData("AccessDeniedException", FailureKind.Terminal, Reasons.AccessDenied)]
    public async Task A_job_that_cannot_be_started_says_why(string code, FailureKind kind, string reason)
    {
        _aws.Refuse($"POST {Runs}", code, "what the service says");
        var failure = await Failing.WithAsync(kind, reason, () => _jobs.StartAsync(Request, CancellationToken.None));
        Assert.Contains("what the service says", failure.Message, StringComparison.Ordinal);
        Assert.Contains("emr-serverless:StartJobRun on 'prepare-7f0c-a1'", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SUBMITTED", "", JobState.Pending)]
    [InlineData("QUEUED", "", JobState.Pending)]
    [InlineData("PENDING", "", JobState.Pending)]
    [InlineData("SCHEDULED", "", JobState.Pending)]
    [InlineData("RUNNING", "", JobState.Running)]
    [InlineData("SUCCESS", "", JobState.Succeeded)]
    [InlineData("FAILED", "", JobState.Failed)]
    [InlineData("CANCELLING", "", JobState.Stopping)]
    [InlineData("CANCELLED", "Job run was cancelled by user.", JobState.Stopped)]
    [InlineData("CANCELLED", "Job run exceeded its execution timeout of 120 minutes.", JobState.TimedOut)]
    [InlineData("CANCELLED", "The job run timed out", JobState.TimedOut)]
    [InlineData("HIBERNATING", "", JobState.Unknown)]
    [InlineData("succeeded", "", JobState.Unknown)]
    public async Task Each_state_is_known_and_an_unknown_one_is_unknown(string state, string details, JobState expected)
    {
        _aws.Answer($"GET {Runs}/00f1", $$$"""{"jobRun":{"jobRunId":"00f1","name":"n","state":"{{{state}}}","stateDetails":"{{{details}}}"}}""");
        var job = await _jobs.GetAsync("00f1", CancellationToken.None);
        Assert.Equal((expected, state, details.Length > 0 ? details : null), (job!.State, job.RawState, job.Details));
    }

    [Theory]
    [InlineData("Job failed, please check complete logs in configured logging destination. ExitCode: 1. Last few exceptions: ValueError", true)]
    [InlineData("", true)]
    [InlineData("java.lang.OutOfMemoryError: HashMap capacity", true)]
    [InlineData("ServiceQuotaExceededException: vCPU limit", false)]
    [InlineData("ApplicationMaxCapacityExceededException: Worker could not be allocated", false)]
    [InlineData("Exceeded the account vCPU quota", false)]
    [InlineData("Worker could not be allocated due to insufficient capacity", false)]
    [InlineData("Internal service error", false)]
    public async Task A_failure_is_ours_unless_capacity_or_the_service_was_at_fault(string details, bool ours)
    {
        _aws.Answer($"GET {Runs}/00f1", $$$"""{"jobRun":{"jobRunId":"00f1","state":"FAILED","stateDetails":"{{{details}}}"}}""");
        Assert.Equal(ours, (await _jobs.GetAsync("00f1", CancellationToken.None))!.FailureIsOurs);
    }

    [Fact]
    public async Task A_job_that_the_service_does_not_know_is_nothing()
    {
        _aws.Refuse($"GET {Runs}/00f1", "ResourceNotFoundException", "no", 404);
        Assert.Null(await _jobs.GetAsync("00f1", CancellationToken.None));
    }

    [Fact]
    public async Task A_job_is_found_by_its_name_on_any_page()
    {
        _aws.Answer($"GET {Runs}", """{"jobRuns":[{"id":"1","name":"prepare-7f0c-a10","state":"RUNNING"}],"nextToken":"p2"}""")
            .Answer($"GET {Runs}", """{"jobRuns":[{"id":"2","name":"prepare-7f0c-a1","state":"FAILED","stateDetails":"x"}]}""");
        var found = await _jobs.FindAsync("prepare-7f0c-a1", _aws.Clock.GetUtcNow().AddHours(-1), CancellationToken.None);
        Assert.Equal(("2", JobState.Failed, true), (found!.JobRunId, found.State, found.FailureIsOurs));
        Assert.Contains("createdAtAfter=2026-11-24T09%3A00%3A00", _aws.Sent[0].Query, StringComparison.Ordinal);
        Assert.Contains("nextToken=p2", _aws.Sent[1].Query, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ValidationException", 400)]
    [InlineData("ResourceNotFoundException", 404)]
    public async Task Cancelling_a_job_that_has_ended_or_is_unknown_is_no_failure(string code, int status)
    {
        _aws.Refuse($"DELETE {Runs}/00f1", code, "not in a cancellable state", status);
        await _jobs.CancelAsync("00f1", CancellationToken.None);
    }

    [Fact]
    public async Task Not_being_allowed_to_cancel_is_a_failure()
    {
        _aws.Refuse($"DELETE {Runs}/00f1", "AccessDeniedException", "no", 403);
        await Failing.WithAsync(FailureKind.Terminal, Reasons.AccessDenied, () => _jobs.CancelAsync("00f1", CancellationToken.None));
    }
}
