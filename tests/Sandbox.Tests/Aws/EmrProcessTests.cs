using System.IO.Compression;
using System.Text.Json.Nodes;
using Amazon.S3.Model;

namespace GovernedFinetune.Sandbox.Tests.Aws;

/// <summary>EMR Serverless job runs as real processes.</summary>
public sealed class EmrProcessTests : JobProcesses
{
    [Fact]
    public async Task A_run_gets_its_code_its_arguments_and_a_clean_environment()
    {
        await Aws.PutAsync("artifacts", "code/main.py",
            """
            import json, os, sys, helper
            print(json.dumps({"args": sys.argv[1:], "helper": helper.VALUE, "env": sorted(os.environ), "extra": os.environ["EXTRA"], "cwd": os.getcwd(), "home": os.environ["HOME"]}))
            """);
        using (var zip = new MemoryStream())
        {
            await using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
            await using (var writer = new StreamWriter(archive.CreateEntry("helper.py").Open()))
            {
                await writer.WriteAsync("VALUE = 42");
            }

            zip.Position = 0;
            _ = await Aws.S3.PutObjectAsync(new PutObjectRequest { BucketName = "artifacts", Key = "code/lib.zip", InputStream = zip });
        }

        Environment.SetEnvironmentVariable("SANDBOX_TEST_LEAK", "secret");
        var job = await RunAsync(Run("s3://artifacts/code/main.py", ["--job", "s3://a b/c"],
            "--conf spark.driver.memory=2g --py-files s3://artifacts/code/lib.zip --conf \"spark.emr-serverless.driverEnv.EXTRA=x y\""));

        Assert.Equal("SUCCESS", Text(job, "state"));
        var log = await LogAsync(Text(job, "jobRunId"), "stdout");
        var seen = JsonNode.Parse(log)!;
        Assert.Equal("""["--job","s3://a b/c"]""", seen["args"]!.ToJsonString());
        Assert.Equal((42, "x y"), (seen["helper"]!.GetValue<int>(), Text(seen, "extra")));
        Assert.Equal(Text(seen, "home"), Text(seen, "cwd"));
        var names = seen["env"]!.AsArray().Select(n => n!.GetValue<string>()).ToList();
        Assert.DoesNotContain("SANDBOX_TEST_LEAK", names);
        Assert.DoesNotContain(names, n => n.StartsWith("DOTNET", StringComparison.Ordinal) || n is "AWS_ACCESS_KEY_ID" or "AWS_SECRET_ACCESS_KEY");
        Assert.Contains("AWS_CONTAINER_CREDENTIALS_FULL_URI", names);
        Assert.Contains("AWS_ENDPOINT_URL", names);
    }

    [Fact]
    public async Task The_code_is_read_with_theRole_and_the_log_shows_it()
    {
        await Aws.PutAsync("governed", "main.py", "print('no')");
        var job = await RunAsync(Run("s3://governed/main.py", []));

        Assert.Equal("FAILED", Text(job, "state"));
        Assert.Contains("AccessDenied", Text(job, "stateDetails"), StringComparison.Ordinal);
        Assert.InRange(Text(job, "stateDetails").Length, 1, 256);
        var denied = Aws.Context.Requests.Snapshot().Single(r => r.Resource == "s3://governed/main.py" && r.Status == 403);
        Assert.Equal($"arn:aws:sts::123456789012:assumed-role/job/{Text(job, "jobRunId")}", denied.Principal);
    }

    [Fact]
    public async Task A_job_that_takes_a_short_cut_to_governed_data_is_denied()
    {
        await Aws.PutAsync("governed", "raw/a.json", "{}");
        await Aws.PutAsync("artifacts", "code/main.py", CredentialsProgram +
            """
            import urllib.error
            status, body = call("GET", "/governed/raw/a.json")
            print(status, body)
            status, body = call("GET", "/artifacts/code/main.py")
            print(status)
            """);
        var job = await RunAsync(Run("s3://artifacts/code/main.py", []));

        Assert.Equal("SUCCESS", Text(job, "state"));
        var log = await LogAsync(Text(job, "jobRunId"), "stdout");
        Assert.StartsWith("403", log, StringComparison.Ordinal);
        Assert.Contains("<Code>AccessDenied</Code>", log, StringComparison.Ordinal);
        Assert.EndsWith("200", log.Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_run_ends_with_the_last_lines_of_its_errors()
    {
        await Aws.PutAsync("artifacts", "code/main.py",
            """
            import sys
            for i in range(2000): print("noise", i, file=sys.stderr)
            print("error SourceChanged: s3://governed/raw/a.json is not what the run was pinned to", file=sys.stderr)
            sys.exit(4)
            """);
        var job = await RunAsync(Run("s3://artifacts/code/main.py", []));

        Assert.Equal("FAILED", Text(job, "state"));
        Assert.StartsWith("Job failed, please check complete logs in configured logging destination. ExitCode: 4. Last few exceptions: ", Text(job, "stateDetails"), StringComparison.Ordinal);
        Assert.EndsWith("is not what the run was pinned to", Text(job, "stateDetails"), StringComparison.Ordinal);
        Assert.InRange(Text(job, "stateDetails").Length, 1, 256);
        Assert.Contains("noise 0\n", await LogAsync(Text(job, "jobRunId"), "stderr"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("local:///usr/bin/x.py", "", "s3://")]
    [InlineData("s3://artifacts/none.py", "", "NoSuchKey")]
    [InlineData("s3://artifacts/code/", "", "does not name a file")]
    [InlineData("s3://artifacts/code/main.py", "--py-files", "--py-files has no value")]
    [InlineData("s3://artifacts/code/main.py", "--conf \"a=b", "no partner")]
    public async Task A_run_that_cannot_begin_says_why(string entryPoint, string parameters, string why)
    {
        await Aws.PutAsync("artifacts", "code/main.py", "");
        await Aws.PutAsync("artifacts", "code/", "");
        var job = await RunAsync(Run(entryPoint, [], parameters.Length > 0 ? parameters : null));
        Assert.Equal("FAILED", Text(job, "state"));
        Assert.Contains(why, Text(job, "stateDetails"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_run_is_killed_with_all_that_it_started()
    {
        await Aws.PutAsync("artifacts", "code/main.py",
            """
            import os, signal, subprocess, sys, time
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            child = subprocess.Popen(["sleep", "600"])
            with open("pids.new", "w") as f: f.write(f"{os.getpid()} {child.pid}")
            os.rename("pids.new", "pids")
            time.sleep(600)
            """);
        var run = (await Aws.EmrAsync("POST", $"/applications/{Application}/jobruns", Run("s3://artifacts/code/main.py", []))).Ok()["jobRunId"]!.GetValue<string>();
        var pids = await PidsAsync(Path.Combine(Aws.Folder, "jobs", "emr", run, "pids"));

        _ = (await Aws.EmrAsync("DELETE", $"/applications/{Application}/jobruns/{run}")).Ok();
        await Aws.Api.WhenNoJobRunsAsync(CancellationToken.None);

        Assert.Equal("CANCELLED", Text((await Aws.EmrAsync("GET", $"/applications/{Application}/jobruns/{run}")).Ok()["jobRun"]!, "state"));
        await Eventually.True(() => pids.All(IsGone));
    }

    private JsonObject Run(string entryPoint, string[] arguments, string? parameters = null)
    {
        var submit = new JsonObject { ["entryPoint"] = entryPoint, ["entryPointArguments"] = new JsonArray([.. arguments.Select(a => (JsonNode)a)]) };
        if (parameters is not null)
        {
            submit["sparkSubmitParameters"] = parameters;
        }

        return new JsonObject
        {
            ["clientToken"] = "t",
            ["executionRoleArn"] = Role,
            ["jobDriver"] = new JsonObject { ["sparkSubmit"] = submit },
            ["configurationOverrides"] = JsonNode.Parse("""{"monitoringConfiguration":{"s3MonitoringConfiguration":{"logUri":"s3://artifacts/logs"}}}"""),
        };
    }

    private async Task<JsonNode> RunAsync(JsonObject request)
    {
        var run = (await Aws.EmrAsync("POST", $"/applications/{Application}/jobruns", request)).Ok()["jobRunId"]!.GetValue<string>();
        await Aws.Api.WhenNoJobRunsAsync(CancellationToken.None);
        return (await Aws.EmrAsync("GET", $"/applications/{Application}/jobruns/{run}")).Ok()["jobRun"]!;
    }

    private async Task<string> LogAsync(string run, string name)
    {
        using var got = await Aws.S3.GetObjectAsync("artifacts", $"logs/applications/{Application}/jobs/{run}/SPARK_DRIVER/{name}.gz");
        await using var gzip = new GZipStream(got.ResponseStream, CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        return await reader.ReadToEndAsync();
    }
}
