using System.Globalization;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Aws.Jobs;
using Microsoft.Extensions.Time.Testing;

namespace GovernedFinetune.Sandbox.Tests.Aws;

/// <summary>EMR Serverless by its API alone: jobs are scripted, and time is the test's.</summary>
public sealed class EmrTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 24, 10, 0, 0, TimeSpan.Zero));
    private AwsAccount _aws = null!;
    private string _app = "";
    private string _role = "";

    public async Task InitializeAsync()
    {
        _aws = await AwsAccount.StartAsync(_clock);
        _role = await _aws.RoleAsync("prepare");
        _app = await CreateAsync(new { clientToken = "app", name = "prep", releaseLabel = "emr-spark-8.0.0", type = "SPARK" });
    }

    public Task DisposeAsync() => _aws.DisposeAsync().AsTask();

    [Fact]
    public async Task A_run_goes_through_every_state_at_its_time()
    {
        await ScriptAsync(new { match = "^prep-a1$", queueSeconds = 30, seconds = 60, objects = new Dictionary<string, string> { ["s3://out/{name}/manifest.json"] = "{\"job\":\"{arg.1}\"}" } });
        _ = await _aws.S3.PutBucketAsync("out");
        var run = await StartAsync(Job("t1"));

        var expected = new[] { (0, "SUBMITTED"), (10, "PENDING"), (10, "SCHEDULED"), (10, "RUNNING"), (59, "RUNNING"), (1, "SUCCESS"), (600, "SUCCESS") };
        foreach (var (seconds, state) in expected)
        {
            _clock.Advance(TimeSpan.FromSeconds(seconds));
            Assert.Equal(state, (await GetAsync(run))["state"]!.GetValue<string>());
        }

        var job = await GetAsync(run);
        Assert.Equal(60, job["totalExecutionDurationSeconds"]!.GetValue<long>());
        Assert.Equal(Seconds(job["startedAt"]) + 60, Seconds(job["endedAt"]));
        Assert.Equal("{\"job\":\"s3://docs/job.json\"}", await _aws.ReadAsync("out", "prep-a1/manifest.json"));
    }

    [Fact]
    public async Task A_state_that_nobody_looked_at_still_has_its_own_time()
    {
        await ScriptAsync(new { match = ".", queueSeconds = 30, seconds = 60 });
        var run = await StartAsync(Job("t1"));
        _clock.Advance(TimeSpan.FromHours(3));
        var job = await GetAsync(run);
        Assert.Equal(Seconds(job["createdAt"]) + 90, Seconds(job["endedAt"]));
        Assert.Equal(job["endedAt"]!.ToJsonString(), job["updatedAt"]!.ToJsonString());
    }

    [Fact]
    public async Task A_run_can_be_queued_first()
    {
        await ScriptAsync(new { match = ".", queued = true, queueSeconds = 40, seconds = 60 });
        var run = await StartAsync(Job("t1"));
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("QUEUED", (await GetAsync(run))["state"]!.GetValue<string>());
        Assert.Equal(["prep-a1"], await ListAsync("states=QUEUED"));
        _clock.Advance(TimeSpan.FromSeconds(30));
        var job = await GetAsync(run);
        Assert.Equal(("RUNNING", 10_000), (job["state"]!.GetValue<string>(), job["queuedDurationMilliseconds"]!.GetValue<long>()));
    }

    [Fact]
    public async Task The_answer_has_every_member_that_the_model_requires()
    {
        await ScriptAsync(new { match = ".", seconds = 60 });
        var job = await GetAsync(await StartAsync(Job("t1")));
        foreach (var member in (string[])["applicationId", "jobRunId", "arn", "createdBy", "createdAt", "updatedAt", "executionRole", "state", "stateDetails", "releaseLabel", "jobDriver", "attempt", "mode"])
        {
            Assert.True(job[member] is not null, member);
        }

        Assert.Equal(_app, job["applicationId"]!.GetValue<string>());
        Assert.StartsWith($"arn:aws:emr-serverless:us-east-1:123456789012:/applications/{_app}/jobruns/", job["arn"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("s3://code/main.py", job["jobDriver"]!["sparkSubmit"]!["entryPoint"]!.GetValue<string>());
        Assert.DoesNotContain("null", job.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_token_and_request_give_the_same_run_and_another_request_is_a_conflict()
    {
        await ScriptAsync(new { match = ".", seconds = 60 });
        var first = await StartAsync(Job("t1"));
        Assert.Equal(first, await StartAsync(Job("t1")));
        Assert.NotEqual(first, await StartAsync(Job("t2")));
        var other = Job("t1");
        other["name"] = "other";
        (await _aws.EmrAsync("POST", $"/applications/{_app}/jobruns", other)).Refused(409, "ConflictException", "t1");
    }

    [Fact]
    public async Task Starting_once_is_starting_once_however_many_ask_at_the_same_time()
    {
        await ScriptAsync(new { match = ".", seconds = 60 });
        var runs = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => StartAsync(Job("same"))));
        _ = Assert.Single(runs.Distinct());
    }

    [Fact]
    public async Task A_failure_says_what_the_script_says()
    {
        await ScriptAsync(new { match = ".", outcome = "Failure", seconds = 5, failureReason = "ServiceQuotaExceeded: vCPU" });
        var run = await StartAsync(Job("t1"));
        _clock.Advance(TimeSpan.FromSeconds(5));
        var job = await GetAsync(run);
        Assert.Equal(("FAILED", "ServiceQuotaExceeded: vCPU"), (job["state"]!.GetValue<string>(), job["stateDetails"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_retry_policy_gives_a_failed_run_another_attempt()
    {
        await ScriptAsync(new { match = ".", outcome = "Failure", seconds = 5, times = 1 });
        var request = Job("t1");
        request["retryPolicy"] = new JsonObject { ["maxAttempts"] = 2 };
        var run = await StartAsync(request);
        _clock.Advance(TimeSpan.FromSeconds(5));
        var again = await GetAsync(run);
        Assert.Equal((2, "RUNNING"), (again["attempt"]!.GetValue<int>(), again["state"]!.GetValue<string>()));
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("FAILED", (await GetAsync(run))["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_cancelled_run_ends_cancelled_and_cannot_be_cancelled_again()
    {
        await ScriptAsync(new { match = ".", outcome = "Hang", stopSeconds = 20 });
        var run = await StartAsync(Job("t1"));
        _ = (await _aws.EmrAsync("DELETE", $"/applications/{_app}/jobruns/{run}")).Ok();
        Assert.Equal("CANCELLING", (await GetAsync(run))["state"]!.GetValue<string>());
        _clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal("CANCELLED", (await GetAsync(run))["state"]!.GetValue<string>());
        (await _aws.EmrAsync("DELETE", $"/applications/{_app}/jobruns/{run}")).Refused(400, "ValidationException", "not in a cancellable state");
    }

    [Fact]
    public async Task A_run_that_takes_too_long_is_cancelled()
    {
        await ScriptAsync(new { match = ".", outcome = "Hang" });
        var request = Job("t1");
        request["executionTimeoutMinutes"] = 5;
        var run = await StartAsync(request);
        _clock.Advance(TimeSpan.FromMinutes(5));
        var job = await GetAsync(run);
        Assert.Equal("CANCELLED", job["state"]!.GetValue<string>());
        Assert.Contains("execution timeout of 5 minutes", job["stateDetails"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_filter_by_state_and_time_and_come_in_pages()
    {
        await ScriptAsync(new { match = "-done$" });
        await ScriptAsync(new { match = ".", outcome = "Hang" });
        for (var i = 0; i < 3; i++)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            _ = await StartAsync(Job($"done{i}", $"j{i}-done"));
            _ = await StartAsync(Job($"open{i}", $"j{i}"));
        }

        var after = _clock.GetUtcNow().AddMinutes(-1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        Assert.Equal(["j2", "j1", "j0"], await ListAsync("states=RUNNING&states=PENDING"));
        Assert.Equal(["j2", "j2-done"], (await ListAsync("createdAtAfter=" + Uri.EscapeDataString(after))).Order());
        Assert.Equal(6, (await ListAsync("maxResults=4")).Count);
        (await _aws.EmrAsync("GET", $"/applications/{_app}/jobruns?states=DONE")).Refused(400, "ValidationException", "states");
        (await _aws.EmrAsync("GET", $"/applications/{_app}/jobruns?maxResults=51")).Refused(400, "ValidationException", "maxResults");
        (await _aws.EmrAsync("GET", $"/applications/{_app}/jobruns?nextToken=zzz")).Refused(400, "ValidationException", "token");
        (await _aws.EmrAsync("GET", $"/applications/{_app}/jobruns?createdAtAfter=yesterday")).Refused(400, "ValidationException", "createdAtAfter");
    }

    [Theory]
    [InlineData("clientToken", null, "clientToken")]
    [InlineData("clientToken", "\"a b\"", "clientToken")]
    [InlineData("executionRoleArn", null, "executionRoleArn")]
    [InlineData("executionRoleArn", "\"arn:aws:s3:::not-a-role-at-all\"", "executionRoleArn")]
    [InlineData("jobDriver", null, "jobDriver")]
    [InlineData("jobDriver", "{}", "jobDriver.sparkSubmit")]
    [InlineData("jobDriver", "{\"sparkSubmit\":{\"entryPoint\":\"\"}}", "jobDriver.sparkSubmit.entryPoint")]
    [InlineData("jobDriver", "{\"sparkSubmit\":{\"entryPoint\":\"s3://b/k\",\"entryPointArguments\":[\"a\",\"\"]}}", "entryPointArguments.2.member")]
    [InlineData("executionTimeoutMinutes", "4", "at least 5 minutes")]
    [InlineData("executionTimeoutMinutes", "-1", "executionTimeoutMinutes")]
    [InlineData("name", "\"\"", "name")]
    [InlineData("mode", "\"FAST\"", "mode")]
    [InlineData("tags", "{\"k\":\"ünïcode\"}", "tags.k.member")]
    [InlineData("executionIamPolicy", "{\"policy\":\"{}\"}", "executionIamPolicy")]
    public async Task A_member_that_breaks_the_model_is_named(string member, string? value, string named)
    {
        var request = Job("t1");
        if (value is null)
        {
            _ = request.Remove(member);
        }
        else
        {
            request[member] = JsonNode.Parse(value);
        }

        (await _aws.EmrAsync("POST", $"/applications/{_app}/jobruns", request)).Refused(400, "ValidationException", named);
        Assert.Empty(await ListAsync(""));
    }

    [Fact]
    public async Task A_member_of_the_wrong_type_is_named()
    {
        var request = Job("t1");
        request["name"] = 7;
        (await _aws.EmrAsync("POST", $"/applications/{_app}/jobruns", request)).Refused(400, "SerializationException", "name");
    }

    [Fact]
    public async Task Unknown_applications_and_runs_are_404()
    {
        (await _aws.EmrAsync("GET", "/applications/none")).Refused(404, "ResourceNotFoundException", "none");
        (await _aws.EmrAsync("GET", $"/applications/{_app}/jobruns/none")).Refused(404, "ResourceNotFoundException", "none");
        (await _aws.EmrAsync("POST", "/applications/none/jobruns", Job("t1"))).Refused(404, "ResourceNotFoundException", "none");
    }

    [Fact]
    public async Task A_role_is_passed_only_by_who_may_pass_it()
    {
        _ = await _aws.RoleAsync("operator", ("emr-serverless:StartJobRun", "*"), ("iam:PassRole", "arn:aws:iam::123456789012:role/other"));
        var key = await _aws.KeyOfAsync("operator");
        (await _aws.EmrAsync("POST", $"/applications/{_app}/jobruns", Job("t1"), key)).Refused(403, "AccessDeniedException", $"iam:PassRole on resource: {_role}");
        var foreign = Job("t1");
        foreign["executionRoleArn"] = "arn:aws:iam::999999999999:role/prepare";
        (await _aws.EmrAsync("POST", $"/applications/{_app}/jobruns", foreign)).Refused(403, "AccessDeniedException", "Cross-account");
        (await _aws.EmrAsync("GET", $"/applications/{_app}", null, key)).Refused(403, "AccessDeniedException", "emr-serverless:GetApplication");
        Assert.Empty(await ListAsync(""));
    }

    [Fact]
    public async Task A_role_that_is_not_there_fails_the_run()
    {
        var request = Job("t1");
        request["executionRoleArn"] = "arn:aws:iam::123456789012:role/none";
        var run = await StartAsync(request);
        await _aws.Api.WhenNoJobRunsAsync(CancellationToken.None);
        var job = await GetAsync(run);
        Assert.Equal("FAILED", job["state"]!.GetValue<string>());
        Assert.Contains("Could not assume runtime role", job["stateDetails"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_application_starts_by_itself_unless_it_was_told_not_to()
    {
        await ScriptAsync(new { match = ".", outcome = "Hang" });
        Assert.Equal("CREATED", await StateAsync(_app));
        _ = await StartAsync(Job("t1"));
        Assert.Equal("STARTED", await StateAsync(_app));
        (await _aws.EmrAsync("POST", $"/applications/{_app}/stop")).Refused(400, "ValidationException", "job runs under way");

        var manual = await CreateAsync(new { clientToken = "manual", releaseLabel = "emr-7.12.0", type = "SPARK", autoStartConfiguration = new { enabled = false } });
        (await _aws.EmrAsync("POST", $"/applications/{manual}/jobruns", Job("t1"))).Refused(400, "ValidationException", "StartApplication");
        _ = (await _aws.EmrAsync("POST", $"/applications/{manual}/start")).Ok();
        _ = (await _aws.EmrAsync("POST", $"/applications/{manual}/jobruns", Job("t1"))).Ok();
    }

    [Fact]
    public async Task Tags_are_added_read_and_removed()
    {
        await ScriptAsync(new { match = ".", outcome = "Hang" });
        var arn = (await GetAsync(await StartAsync(Job("t1"))))["arn"]!.GetValue<string>();
        var path = "/tags/" + Uri.EscapeDataString(arn);
        _ = (await _aws.EmrAsync("POST", path, new { tags = new { a = "1", b = "2" } })).Ok();
        _ = (await _aws.EmrAsync("DELETE", path + "?tagKeys=a")).Ok();
        Assert.Equal("""{"run":"u1","b":"2"}""", (await _aws.EmrAsync("GET", path)).Ok()["tags"]!.ToJsonString());
        (await _aws.EmrAsync("GET", "/tags/" + Uri.EscapeDataString(arn + "x"))).Refused(404, "ResourceNotFoundException", "");
    }

    [Fact]
    public async Task A_script_in_this_process_can_work_out_what_a_job_leaves()
    {
        _ = await _aws.S3.PutBucketAsync("docs");
        await _aws.PutAsync("docs", "job.json", "the document");
        _aws.Api.AddJobScript(new JobScript
        {
            Match = ".",
            Leave = job => new Dictionary<string, string> { ["s3://docs/manifest.json"] = $"from {job.ReadText(job.Arguments[1])}" },
        });
        var run = await StartAsync(Job("t1"));
        Assert.Equal("SUCCESS", (await GetAsync(run))["state"]!.GetValue<string>());
        Assert.Equal("from the document", await _aws.ReadAsync("docs", "manifest.json"));
    }

    private static double Seconds(JsonNode? time) => time!.GetValue<double>();

    private JsonObject Job(string token, string name = "prep-a1") => new()
    {
        ["clientToken"] = token,
        ["executionRoleArn"] = _role,
        ["name"] = name,
        ["jobDriver"] = new JsonObject
        {
            ["sparkSubmit"] = new JsonObject { ["entryPoint"] = "s3://code/main.py", ["entryPointArguments"] = new JsonArray("--job", "s3://docs/job.json") },
        },
        ["tags"] = new JsonObject { ["run"] = "u1" },
    };

    private Task ScriptAsync(object script) => _aws.AdminAsync("/job-script", script);

    private async Task<string> CreateAsync(object request) =>
        (await _aws.EmrAsync("POST", "/applications", request)).Ok()["applicationId"]!.GetValue<string>();

    private async Task<string> StartAsync(JsonObject request) =>
        (await _aws.EmrAsync("POST", $"/applications/{_app}/jobruns", request)).Ok()["jobRunId"]!.GetValue<string>();

    private async Task<JsonNode> GetAsync(string run) => (await _aws.EmrAsync("GET", $"/applications/{_app}/jobruns/{run}")).Ok()["jobRun"]!;

    private async Task<string> StateAsync(string app) => (await _aws.EmrAsync("GET", $"/applications/{app}")).Ok()["application"]!["state"]!.GetValue<string>();

    private async Task<IReadOnlyList<string>> ListAsync(string query)
    {
        var names = new List<string>();
        string? token = null;
        do
        {
            var page = (await _aws.EmrAsync("GET", $"/applications/{_app}/jobruns?{query}{(token is null ? "" : "&nextToken=" + Uri.EscapeDataString(token))}")).Ok();
            names.AddRange(page["jobRuns"]!.AsArray().Select(r => r!["name"]!.GetValue<string>()));
            token = page["nextToken"]?.GetValue<string>();
        }
        while (token is not null);
        return names;
    }
}
