using System.Text.RegularExpressions;
using GovernedFinetune.Operator.Cloud.Jobs;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Tests.Catalog;

namespace GovernedFinetune.Operator.Tests.Cloud;

public sealed class TrainingJobsTests : IDisposable
{
    private const string Create = "SageMaker.CreateTrainingJob";
    private const string Describe = "SageMaker.DescribeTrainingJob";
    private const string Stop = "SageMaker.StopTrainingJob";
    private const string List = "SageMaker.ListTrainingJobs";
    private static readonly TrainingProfile Profile = new("arn:aws:iam::1:role/train", "1.dkr.ecr/train:1", ["ml.g5.2xlarge"], [], [], null, null);

    private static readonly TrainingJobRequest Request = new(
        "ft-7f0c-a1", "7f0c", 1, new S3Location("artifacts", "job.json"), new S3Location("artifacts", "out"), null, "ml.g5.2xlarge", 2, 100,
        TimeSpan.FromHours(6), null, new Dictionary<string, string> { ["run"] = "7f0c" });

    private readonly FakeAws _aws = new();
    private readonly SageMakerTrainingJobs _jobs;

    public TrainingJobsTests() => _jobs = With(Profile);

    public void Dispose() => _aws.Dispose();

    private SageMakerTrainingJobs With(TrainingProfile profile) => new(_aws.Clients.SageMaker, _aws.Caller, profile, _aws.Clock);

    private Task<TrainingJob?> DescribeAsync(string answer)
    {
        _aws.Answer(Describe, answer);
        return _jobs.DescribeAsync("ft-7f0c-a1", CancellationToken.None);
    }

    [Fact]
    public async Task A_job_is_created_with_everything_that_it_needs_and_nothing_else()
    {
        _aws.Answer(Create, """{"TrainingJobArn":"arn"}""");
        Assert.True(await _jobs.CreateAsync(Request, CancellationToken.None));
        var body = _aws.Sent[0].Json;
        Assert.Equal(("ft-7f0c-a1", "arn:aws:iam::1:role/train"), ((string?)body["TrainingJobName"], (string?)body["RoleArn"]));
        Assert.Equal(("1.dkr.ecr/train:1", "File"), ((string?)body["AlgorithmSpecification"]!["TrainingImage"], (string?)body["AlgorithmSpecification"]!["TrainingInputMode"]));
        Assert.Equal(("s3://artifacts/out", "NONE"), ((string?)body["OutputDataConfig"]!["S3OutputPath"], (string?)body["OutputDataConfig"]!["CompressionType"]));
        Assert.Equal("""{"InstanceType":"ml.g5.2xlarge","InstanceCount":2,"VolumeSizeInGB":100}""", body["ResourceConfig"]!.ToJsonString());
        Assert.Equal("""{"MaxRuntimeInSeconds":21600}""", body["StoppingCondition"]!.ToJsonString());
        Assert.Equal(
            """{"GOVERNED_JOB_URI":"s3://artifacts/job.json","GOVERNED_RUN_UID":"7f0c","GOVERNED_RUN_ATTEMPT":"1"}""", body["Environment"]!.ToJsonString());
        Assert.Equal("""[{"Key":"run","Value":"7f0c"}]""", body["Tags"]!.ToJsonString());
        Assert.All(
            ["EnableManagedSpotTraining", "CheckpointConfig", "VpcConfig", "RetryStrategy", "InputDataConfig"],
            absent => Assert.Null(body[absent]));
    }

    [Theory]
    [InlineData("metric train_loss=2.31 step=10", "train_loss", "2.31")]
    [InlineData("metric eval_loss=2.4e-05 step=100", "eval_loss", "2.4e-05")]
    [InlineData("metric train_loss=12 step=1", "train_loss", "12")]
    public async Task The_metric_definitions_match_what_the_trainer_prints(string line, string name, string value)
    {
        _aws.Answer(Create, "{}");
        await _jobs.CreateAsync(Request, CancellationToken.None);
        var definition = _aws.Sent[0].Json["AlgorithmSpecification"]!["MetricDefinitions"]!.AsArray().Single(d => (string?)d!["Name"] == name);
        Assert.Equal(value, Regex.Match(line, (string)definition!["Regex"]!).Groups[1].Value);
    }

    [Fact]
    public async Task Spot_network_and_keys_are_asked_for_when_configured()
    {
        _aws.Answer(Create, "{}");
        await With(Profile with { Subnets = ["subnet-1"], SecurityGroupIds = ["sg-1"], VolumeKmsKeyId = "vk", OutputKmsKeyId = "ok" }).CreateAsync(
            Request with { MaxWait = TimeSpan.FromHours(12), CheckpointUri = new S3Location("artifacts", "ckpt") }, CancellationToken.None);
        var body = _aws.Sent[0].Json;
        Assert.True((bool?)body["EnableManagedSpotTraining"]);
        Assert.Equal(43200, (int?)body["StoppingCondition"]!["MaxWaitTimeInSeconds"]);
        Assert.Equal("s3://artifacts/ckpt", (string?)body["CheckpointConfig"]!["S3Uri"]);
        Assert.Equal(("subnet-1", "sg-1"), ((string?)body["VpcConfig"]!["Subnets"]![0], (string?)body["VpcConfig"]!["SecurityGroupIds"]![0]));
        Assert.Equal(("vk", "ok"), ((string?)body["ResourceConfig"]!["VolumeKmsKeyId"], (string?)body["OutputDataConfig"]!["KmsKeyId"]));
    }

    [Fact]
    public async Task A_name_that_is_taken_is_no_failure()
    {
        _aws.Refuse(Create, "ResourceInUse", "Training job names must be unique");
        Assert.False(await _jobs.CreateAsync(Request, CancellationToken.None));
    }

    [Theory]
    [InlineData("ResourceLimitExceeded", "The account-level service limit 'ml.g5.2xlarge' is 0 Instances", FailureKind.Waiting, Reasons.QuotaExceeded)]
    [InlineData("ValidationException", "1 validation error detected", FailureKind.Terminal, Reasons.RequestRejected)]
    [InlineData("ValidationException", "Could not assume role arn:aws:iam::1:role/train", FailureKind.Transient, Reasons.AccessDenied)]
    [InlineData("AccessDeniedException", "not authorized to perform: iam:PassRole", FailureKind.Terminal, Reasons.AccessDenied)]
    public async Task A_job_that_cannot_be_created_says_why(string code, string message, FailureKind kind, string reason)
    {
        _aws.Refuse(Create, code, message);
        var failure = await Failing.WithAsync(kind, reason, () => _jobs.CreateAsync(Request, CancellationToken.None));
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_finished_job_is_described_with_owner_artifacts_cost_and_metrics()
    {
        var job = await DescribeAsync("""
            {"TrainingJobName":"ft-7f0c-a1","TrainingJobArn":"arn","TrainingJobStatus":"Completed","SecondaryStatus":"Completed",
             "ModelArtifacts":{"S3ModelArtifacts":"s3://artifacts/out/ft-7f0c-a1/output/model/"},"Environment":{"GOVERNED_RUN_UID":"7f0c"},
             "BillableTimeInSeconds":100,"ResourceConfig":{"InstanceCount":2},"TrainingStartTime":1795514400.5,"TrainingEndTime":1795518000,
             "FinalMetricDataList":[{"MetricName":"train_loss","Value":2.31,"Timestamp":1795518000}]}
            """);
        Assert.Equal((JobState.Succeeded, "7f0c", "s3://artifacts/out/ft-7f0c-a1/output/model", 200L), (job!.State, job.OwnerRunUid, job.ArtifactUri, job.BillableSeconds));
        Assert.Equal(2.31, job.Metrics["train_loss"]);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1795514400500), job.StartedAt);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1795518000), job.EndedAt);
    }

    [Fact]
    public async Task A_job_that_is_under_way_has_no_artifacts_yet()
    {
        var job = await DescribeAsync("""
            {"TrainingJobName":"n","TrainingJobStatus":"InProgress","SecondaryStatus":"Training","ModelArtifacts":{"S3ModelArtifacts":"s3://artifacts/x"}}
            """);
        Assert.Equal((JobState.Running, null, null, null), (job!.State, job.ArtifactUri, job.OwnerRunUid, job.BillableSeconds));
        Assert.Empty(job.Metrics);
    }

    [Theory]
    [InlineData("InProgress", "Pending", JobState.Pending)]
    [InlineData("InProgress", "Starting", JobState.Pending)]
    [InlineData("InProgress", "Downloading", JobState.Pending)]
    [InlineData("InProgress", "Training", JobState.Running)]
    [InlineData("InProgress", "Uploading", JobState.Running)]
    [InlineData("InProgress", "Interrupted", JobState.Pending)]
    [InlineData("InProgress", "SomethingNew", JobState.Pending)]
    [InlineData("Completed", "Completed", JobState.Succeeded)]
    [InlineData("Failed", "Failed", JobState.Failed)]
    [InlineData("Stopping", "Stopping", JobState.Stopping)]
    [InlineData("Stopped", "Stopped", JobState.Stopped)]
    [InlineData("Stopped", "MaxRuntimeExceeded", JobState.TimedOut)]
    [InlineData("Stopped", "MaxWaitTimeExceeded", JobState.TimedOut)]
    [InlineData("Deleting", "Completed", JobState.Unknown)]
    [InlineData("Paused", "Training", JobState.Unknown)]
    public async Task Each_state_is_known_and_an_unknown_one_is_unknown(string status, string secondary, JobState expected)
    {
        var job = await DescribeAsync($$"""{"TrainingJobName":"n","TrainingJobStatus":"{{status}}","SecondaryStatus":"{{secondary}}"}""");
        Assert.Equal((expected, status, secondary), (job!.State, job.RawState, job.SecondaryState));
    }

    [Theory]
    [InlineData("AlgorithmError: ExecuteUserScriptError", true)]
    [InlineData("ClientError: Data download failed", true)]
    [InlineData("CapacityError: Unable to provision requested ML compute capacity", false)]
    [InlineData("InternalServerError: We encountered an internal error", false)]
    [InlineData("SomethingNew: what", false)]
    public async Task A_failure_is_ours_when_the_service_says_so(string reason, bool ours)
    {
        var job = await DescribeAsync($$"""{"TrainingJobName":"n","TrainingJobStatus":"Failed","SecondaryStatus":"Failed","FailureReason":"{{reason}}"}""");
        Assert.Equal((ours, reason), (job!.FailureIsOurs, job.FailureReason));
    }

    [Theory]
    [InlineData("ValidationException", "Requested resource not found.")]
    [InlineData("ValidationException", "Could not find training job with name ft")]
    [InlineData("ResourceNotFound", "no")]
    public async Task A_job_that_the_service_does_not_know_is_nothing(string code, string message)
    {
        _aws.Refuse(Describe, code, message);
        Assert.Null(await _jobs.DescribeAsync("ft", CancellationToken.None));
    }

    [Fact]
    public async Task A_request_that_is_wrong_is_not_taken_for_an_unknown_job()
    {
        _aws.Refuse(Describe, "ValidationException", "1 validation error detected");
        await Failing.WithAsync(FailureKind.Terminal, Reasons.RequestRejected, () => _jobs.DescribeAsync("ft", CancellationToken.None));
    }

    [Theory]
    [InlineData("ValidationException", "The request was rejected because the training job is in status Completed.")]
    [InlineData("ValidationException", "Requested resource not found.")]
    [InlineData("ResourceNotFound", "no")]
    public async Task Stopping_a_job_that_has_ended_or_is_unknown_is_no_failure(string code, string message)
    {
        _aws.Refuse(Stop, code, message);
        await _jobs.StopAsync("ft", CancellationToken.None);
    }

    [Fact]
    public async Task What_lists_have_shown_of_a_job_under_way_is_known_until_it_ends_or_moves_between_two_pages()
    {
        _aws.Answer(List, Jobs(("a", "InProgress", "Starting"), ("b", "InProgress", "Training"), ("c", "InProgress", "Training")))
            .Answer(List, Jobs(("a", "InProgress", "Training"), ("b", "Completed", "Completed"), ("c", "InProgress", "Training"), ("c", "InProgress", "Uploading")));
        Assert.Null(_jobs.Listed("a"));

        _ = await _jobs.ListChangedAsync(null, CancellationToken.None);
        Assert.Equal("InProgress", (string?)_aws.Sent[0].Json["StatusEquals"]);
        Assert.Null(_aws.Sent[0].Json["LastModifiedTimeAfter"]);
        Assert.Equal(["Starting", "Training", "Training"], new[] { "a", "b", "c" }.Select(name => _jobs.Listed(name)?.SecondaryState));

        _ = await _jobs.ListChangedAsync(DateTimeOffset.UnixEpoch, CancellationToken.None);
        Assert.Equal(["Training", null, null], new[] { "a", "b", "c" }.Select(name => _jobs.Listed(name)?.SecondaryState));
    }

    [Fact]
    public async Task A_list_of_all_that_is_under_way_puts_what_it_does_not_show_out_of_mind()
    {
        _aws.Answer(List, Jobs(("a", "InProgress", "Training"))).Answer(List, Jobs(("d", "InProgress", "Training")));
        _ = await _jobs.ListChangedAsync(null, CancellationToken.None);
        _ = await _jobs.ListChangedAsync(null, CancellationToken.None);
        Assert.Equal([null, "Training"], new[] { "a", "d" }.Select(name => _jobs.Listed(name)?.SecondaryState));
    }

    [Fact]
    public async Task What_was_listed_is_known_for_two_minutes_so_that_no_end_goes_unseen_while_lists_fail()
    {
        _aws.Answer(List, Jobs(("a", "InProgress", "Training")));
        _ = await _jobs.ListChangedAsync(null, CancellationToken.None);
        _aws.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.NotNull(_jobs.Listed("a"));
        _aws.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(_jobs.Listed("a"));
    }

    private static string Jobs(params (string Name, string Status, string Secondary)[] jobs) =>
        $$"""{"TrainingJobSummaries":[{{string.Join(',', jobs.Select(j => $$"""{"TrainingJobName":"{{j.Name}}","TrainingJobStatus":"{{j.Status}}","SecondaryStatus":"{{j.Secondary}}"}"""))}}]}""";

    [Fact]
    public async Task Changed_jobs_are_listed_to_the_last_page_also_over_an_empty_one()
    {
        _aws.Answer(List, """{"TrainingJobSummaries":[],"NextToken":"p2"}""")
            .Answer(List, """
                {"TrainingJobSummaries":[{"TrainingJobName":"a","TrainingJobStatus":"Stopped","SecondaryStatus":"MaxRuntimeExceeded"},
                 {"TrainingJobName":"b","TrainingJobStatus":"InProgress"}]}
                """);
        var jobs = await _jobs.ListChangedAsync(new DateTimeOffset(2026, 11, 24, 9, 0, 0, TimeSpan.Zero), CancellationToken.None);
        Assert.Equal([("a", JobState.TimedOut), ("b", JobState.Pending)], jobs.Select(j => (j.Name, j.State)));
        Assert.Equal((100, 1795510800), ((int)_aws.Sent[0].Json["MaxResults"]!, (long)(double)_aws.Sent[0].Json["LastModifiedTimeAfter"]!));
        Assert.Equal([null, "p2"], _aws.Sent.Select(s => (string?)s.Json["NextToken"]));
    }
}
