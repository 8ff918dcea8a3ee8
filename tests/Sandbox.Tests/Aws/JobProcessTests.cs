using System.Globalization;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Amazon.S3.Model;
using GovernedFinetune.Sandbox.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace GovernedFinetune.Sandbox.Tests.Aws;

/// <summary>Jobs as real processes, with tiny programs.</summary>
public sealed class JobProcessTests : IAsyncLifetime
{
    private readonly string _image = Directory.CreateTempSubdirectory("sandbox-image-").FullName;
    private AwsAccount _aws = null!;
    private string _role = "";
    private string _app = "";

    public Task InitializeAsync() => StartAsync(TimeProvider.System);

    public async Task DisposeAsync()
    {
        await _aws.DisposeAsync();
        Directory.Delete(_image, recursive: true);
    }

    [Fact]
    public async Task A_run_gets_its_code_its_arguments_and_a_clean_environment()
    {
        await _aws.PutAsync("artifacts", "code/main.py",
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
            _ = await _aws.S3.PutObjectAsync(new PutObjectRequest { BucketName = "artifacts", Key = "code/lib.zip", InputStream = zip });
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
    public async Task The_code_is_read_with_the_role_and_the_log_shows_it()
    {
        await _aws.PutAsync("governed", "main.py", "print('no')");
        var job = await RunAsync(Run("s3://governed/main.py", []));

        Assert.Equal("FAILED", Text(job, "state"));
        Assert.Contains("AccessDenied", Text(job, "stateDetails"), StringComparison.Ordinal);
        Assert.InRange(Text(job, "stateDetails").Length, 1, 256);
        var denied = _aws.Context.Requests.Snapshot().Single(r => r.Resource == "s3://governed/main.py" && r.Status == 403);
        Assert.Equal($"arn:aws:sts::123456789012:assumed-role/job/{Text(job, "jobRunId")}", denied.Principal);
    }

    [Fact]
    public async Task A_job_that_takes_a_short_cut_to_governed_data_is_denied()
    {
        await _aws.PutAsync("governed", "raw/a.json", "{}");
        await _aws.PutAsync("artifacts", "code/main.py", CredentialsProgram +
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
        await _aws.PutAsync("artifacts", "code/main.py",
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
        await _aws.PutAsync("artifacts", "code/main.py", "");
        await _aws.PutAsync("artifacts", "code/", "");
        var job = await RunAsync(Run(entryPoint, [], parameters.Length > 0 ? parameters : null));
        Assert.Equal("FAILED", Text(job, "state"));
        Assert.Contains(why, Text(job, "stateDetails"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_run_is_killed_with_all_that_it_started()
    {
        await _aws.PutAsync("artifacts", "code/main.py",
            """
            import os, signal, subprocess, sys, time
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            child = subprocess.Popen(["sleep", "600"])
            with open("pids.new", "w") as f: f.write(f"{os.getpid()} {child.pid}")
            os.rename("pids.new", "pids")
            time.sleep(600)
            """);
        var run = (await _aws.EmrAsync("POST", $"/applications/{_app}/jobruns", Run("s3://artifacts/code/main.py", []))).Ok()["jobRunId"]!.GetValue<string>();
        var pids = await PidsAsync(Path.Combine(_aws.Folder, "jobs", "emr", run, "pids"));

        _ = (await _aws.EmrAsync("DELETE", $"/applications/{_app}/jobruns/{run}")).Ok();
        await _aws.Api.WhenNoJobRunsAsync(CancellationToken.None);

        Assert.Equal("CANCELLED", Text((await _aws.EmrAsync("GET", $"/applications/{_app}/jobruns/{run}")).Ok()["jobRun"]!, "state"));
        await Eventually.True(() => pids.All(IsGone));
    }

    [Fact]
    public async Task Ending_the_sandbox_leaves_no_process()
    {
        Train("import os, subprocess, time\nc = subprocess.Popen(['sleep', '600'])\nopen('" + _image + "/new', 'w').write(f'{os.getpid()} {c.pid}')\nos.rename('" + _image + "/new', '" + _image + "/pids')\ntime.sleep(600)");
        _ = (await _aws.SageMakerAsync("CreateTrainingJob", Training("job"))).Ok();
        var pids = await PidsAsync(Path.Combine(_image, "pids"));

        await _aws.Api.DisposeAsync();

        await Eventually.True(() => pids.All(IsGone));
    }

    [Fact]
    public async Task A_training_job_has_the_container_contract_and_leaves_its_model()
    {
        await _aws.PutAsync("artifacts", "data/part-0", "rows");
        await _aws.PutAsync("artifacts", "data/sub/part-1", "more");
        await _aws.PutAsync("artifacts", "checkpoints/step-1", "earlier");
        Train(
            """
            import json, os
            base = os.environ["SAGEMAKER_BASE_DIR"]
            config = lambda name: json.load(open(f"{base}/input/config/{name}.json"))
            seen = {
                "cwd": os.getcwd(), "hps": config("hyperparameters"), "channels": config("inputdataconfig"), "host": config("resourceconfig")["current_host"],
                "data": open(f"{base}/input/data/train/sub/part-1").read(), "checkpoint": open(f"{base}/checkpoints/step-1").read(),
                "env": {k: v for k, v in os.environ.items() if k.startswith("SM_") or k in ("TRAINING_JOB_NAME", "GOVERNED_RUN_UID")},
            }
            print("metric train_loss=2.5e-1 step=1")
            print("metric eval_loss=9 step=1")
            print("metric train_loss=1.25e-1 step=2")
            os.makedirs(os.environ["SM_MODEL_DIR"] + "/adapter")
            json.dump(seen, open(os.environ["SM_MODEL_DIR"] + "/manifest.json", "w"))
            open(os.environ["SM_MODEL_DIR"] + "/adapter/weights.bin", "w").write("w")
            open(base + "/checkpoints/step-2", "w").write("later")
            """);
        var request = Training("job");
        request["HyperParameters"] = new JsonObject { ["epochs"] = "1" };
        request["CheckpointConfig"] = new JsonObject { ["S3Uri"] = "s3://artifacts/checkpoints" };
        request["InputDataConfig"] = JsonNode.Parse("""[{"ChannelName":"train","DataSource":{"S3DataSource":{"S3DataType":"S3Prefix","S3Uri":"s3://artifacts/data/"}}}]""");
        var job = await TrainAsync(request);

        Assert.True(Text(job, "TrainingJobStatus") == "Completed", job.ToJsonString());
        Assert.Equal(["out/job/output/model/adapter/weights.bin", "out/job/output/model/manifest.json"], await _aws.KeysAsync("artifacts", "out/"));
        Assert.Equal(["checkpoints/step-1", "checkpoints/step-2"], await _aws.KeysAsync("artifacts", "checkpoints/"));
        var seen = JsonNode.Parse(await _aws.ReadAsync("artifacts", "out/job/output/model/manifest.json"))!;
        Assert.Equal((_image, "more", "earlier", "algo-1"), (Text(seen, "cwd"), Text(seen, "data"), Text(seen, "checkpoint"), Text(seen, "host")));
        Assert.Equal("""{"epochs":"1"}""", seen["hps"]!.ToJsonString());
        var env = seen["env"]!;
        Assert.Equal(("0", "[\"train\"]", "job", "uid-1"), (Text(env, "SM_NUM_GPUS"), Text(env, "SM_CHANNELS"), Text(env, "TRAINING_JOB_NAME"), Text(env, "GOVERNED_RUN_UID")));
        var metrics = job["FinalMetricDataList"]!.AsArray().ToDictionary(m => Text(m!, "MetricName"), m => m!["Value"]!.GetValue<double>());
        Assert.Equal(new Dictionary<string, double> { ["train_loss"] = 0.125 }, metrics);
    }

    [Fact]
    public async Task A_job_begins_with_nothing_of_an_earlier_one_of_its_name()
    {
        Train("import os\nopen(os.environ['SM_MODEL_DIR'] + '/' + os.environ['GOVERNED_RUN_UID'], 'w').close()");
        _ = await TrainAsync(Training("job"));
        _ = (await _aws.SageMakerAsync("DeleteTrainingJob", new { TrainingJobName = "job" })).Ok();
        var second = Training("job");
        second["OutputDataConfig"]!["S3OutputPath"] = "s3://artifacts/again";
        second["Environment"]!["GOVERNED_RUN_UID"] = "uid-2";
        _ = await TrainAsync(second);
        Assert.Equal(["again/job/output/model/uid-2"], await _aws.KeysAsync("artifacts", "again/"));
    }

    [Fact]
    public async Task A_platform_goes_on_when_storage_stumbles()
    {
        _aws.Context.Faults.Add(new FaultRule { Match = "^PUT /artifacts/out/", Status = 503, Code = "SlowDown", Times = 2 });
        Train("import os\nopen(os.environ['SM_MODEL_DIR'] + '/w', 'w').write('weights')");
        Assert.Equal("Completed", Text(await TrainAsync(Training("job")), "TrainingJobStatus"));
        Assert.Equal("weights", await _aws.ReadAsync("artifacts", "out/job/output/model/w"));
    }

    [Fact]
    public async Task A_packed_model_is_one_archive()
    {
        Train("import os\nopen(os.environ['SM_MODEL_DIR'] + '/w', 'w').write('weights')");
        var request = Training("job");
        request["OutputDataConfig"]!["CompressionType"] = "GZIP";
        _ = await TrainAsync(request);

        using var got = await _aws.S3.GetObjectAsync("artifacts", "out/job/output/model.tar.gz");
        await using var gzip = new GZipStream(got.ResponseStream, CompressionMode.Decompress);
        var tar = new System.Formats.Tar.TarReader(gzip);
        var names = new List<string>();
        while (await tar.GetNextEntryAsync() is { } entry)
        {
            names.Add(entry.Name);
        }

        Assert.Contains("w", names.Select(n => n.TrimStart('.', '/')));
    }

    [Fact]
    public async Task What_the_algorithm_writes_of_its_failure_is_the_reason()
    {
        Train("import os, sys\nopen(os.environ['SAGEMAKER_BASE_DIR'] + '/output/failure', 'w').write('error BadData: ' + 'x' * 3000)\nsys.exit(3)");
        var job = await TrainAsync(Training("job"));
        Assert.Equal("Failed", Text(job, "TrainingJobStatus"));
        Assert.StartsWith("AlgorithmError: error BadData: xxx", Text(job, "FailureReason"), StringComparison.Ordinal);
        Assert.EndsWith(", exit code: 3", Text(job, "FailureReason"), StringComparison.Ordinal);
        Assert.Equal(1024, Text(job, "FailureReason").Length);
        Assert.Empty(await _aws.KeysAsync("artifacts", "out/"));
    }

    [Fact]
    public async Task Without_such_a_file_the_end_of_standard_error_is_the_reason()
    {
        Train("raise RuntimeError('boom')");
        Assert.Contains("RuntimeError: boom, exit code: 1", Text(await TrainAsync(Training("job")), "FailureReason"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_that_nobody_knows_fails_the_job()
    {
        var request = Training("job");
        request["AlgorithmSpecification"]!["TrainingImage"] = "nobody/knows:1";
        var job = await TrainAsync(request);
        Assert.StartsWith("ClientError: Cannot pull the training image 'nobody/knows:1'", Text(job, "FailureReason"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_is_not_there_fails_the_job()
    {
        var job = await TrainAsync(Training("job"));
        Assert.Contains("cannot run", Text(job, "FailureReason"), StringComparison.Ordinal);
        Assert.EndsWith("exit code: 127", Text(job, "FailureReason"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_that_may_not_read_the_data_fails_the_job()
    {
        Train("");
        await _aws.PutAsync("governed", "raw/a.json", "{}");
        var request = Training("job");
        request["InputDataConfig"] = JsonNode.Parse("""[{"ChannelName":"train","DataSource":{"S3DataSource":{"S3DataType":"S3Prefix","S3Uri":"s3://governed/raw/"}}}]""");
        var job = await TrainAsync(request);
        Assert.StartsWith("ClientError: ", Text(job, "FailureReason"), StringComparison.Ordinal);
        Assert.Contains("s3:ListBucket", Text(job, "FailureReason"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stopped_job_may_save_its_work_first()
    {
        Train(
            """
            import os, signal, sys, time
            def stop(*_):
                open(os.environ["SM_MODEL_DIR"] + "/partial", "w").write("p")
                sys.exit(0)
            signal.signal(signal.SIGTERM, stop)
            open(os.environ["HOME"] + "/ready", "w").close()
            time.sleep(600)
            """);
        _ = (await _aws.SageMakerAsync("CreateTrainingJob", Training("job"))).Ok();
        await ReadyAsync("job");
        _ = (await _aws.SageMakerAsync("StopTrainingJob", new { TrainingJobName = "job" })).Ok();
        await _aws.Api.WhenNoJobRunsAsync(CancellationToken.None);

        var job = await DescribeAsync("job");
        Assert.Equal(("Stopped", "Stopped"), (Text(job, "TrainingJobStatus"), Text(job, "SecondaryStatus")));
        Assert.Equal(["out/job/output/model/partial"], await _aws.KeysAsync("artifacts", "out/"));
        Assert.Equal("Stopping", Text(job["SecondaryStatusTransitions"]![3]!, "Status"));
    }

    [Fact]
    public async Task A_job_that_does_not_stop_is_killed_after_120_seconds_of_the_clock()
    {
        await _aws.DisposeAsync();
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 10, 0, 0, TimeSpan.Zero));
        await StartAsync(clock);
        Train("import os, signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nopen(os.environ['HOME'] + '/ready', 'w').close()\ntime.sleep(600)");
        _ = (await _aws.SageMakerAsync("CreateTrainingJob", Training("job"))).Ok();
        await ReadyAsync("job");

        _ = (await _aws.SageMakerAsync("StopTrainingJob", new { TrainingJobName = "job" })).Ok();
        clock.Advance(TimeSpan.FromSeconds(119));
        Assert.Equal("Stopping", Text(await DescribeAsync("job"), "TrainingJobStatus"));
        clock.Advance(TimeSpan.FromSeconds(1));
        await _aws.Api.WhenNoJobRunsAsync(CancellationToken.None);
        Assert.Equal("Stopped", Text(await DescribeAsync("job"), "TrainingJobStatus"));
    }

    [Fact]
    public async Task A_job_that_runs_too_long_is_stopped()
    {
        await _aws.DisposeAsync();
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 10, 0, 0, TimeSpan.Zero));
        await StartAsync(clock);
        Train("import os, time\nopen(os.environ['HOME'] + '/ready', 'w').close()\ntime.sleep(600)");
        _ = (await _aws.SageMakerAsync("CreateTrainingJob", Training("job"))).Ok();
        await ReadyAsync("job");

        clock.Advance(TimeSpan.FromSeconds(600));
        await _aws.Api.WhenNoJobRunsAsync(CancellationToken.None);
        var job = await DescribeAsync("job");
        Assert.Equal(("Stopped", "MaxRuntimeExceeded"), (Text(job, "TrainingJobStatus"), Text(job, "SecondaryStatus")));
        Assert.Equal(600, job["BillableTimeInSeconds"]!.GetValue<long>());
    }

    [Fact]
    public async Task Role_credentials_are_renewed_before_they_end_and_are_the_jobs_alone()
    {
        await _aws.DisposeAsync();
        await StartAsync(TimeProvider.System, TimeSpan.FromSeconds(2));
        Train(CredentialsProgram +
            """
            import time, urllib.error
            first = credentials()["AccessKeyId"]
            deadline = time.time() + 20
            while credentials()["AccessKeyId"] == first and time.time() < deadline: time.sleep(0.1)
            print("renewed", credentials()["AccessKeyId"] != first)
            status, _ = call("GET", "/artifacts/code/none")
            print("status", status)
            try:
                urllib.request.urlopen(urllib.request.Request(os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"], headers={"Authorization": "guess"}))
            except urllib.error.HTTPError as e:
                print("guess", e.code)
            """);
        _ = await TrainAsync(Training("job"));
        var log = await File.ReadAllTextAsync(Path.Combine(_aws.Folder, "jobs", "sagemaker", "job", "stdout"));
        Assert.Equal("renewed True\nstatus 404\nguess 403\n", log);
    }

    private const string CredentialsProgram =
        """
        import datetime, hashlib, hmac, json, os, urllib.request
        def credentials():
            r = urllib.request.Request(os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"], headers={"Authorization": os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"]})
            return json.load(urllib.request.urlopen(r))
        def call(method, path):
            c = credentials()
            base = os.environ["AWS_ENDPOINT_URL"]
            now = datetime.datetime.now(datetime.timezone.utc)
            at, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
            headers = {"host": base.split("//")[1], "x-amz-content-sha256": "UNSIGNED-PAYLOAD", "x-amz-date": at, "x-amz-security-token": c["Token"]}
            names = ";".join(headers)
            canonical = "\n".join([method, path, "", *(f"{k}:{v}" for k, v in headers.items()), "", names, "UNSIGNED-PAYLOAD"])
            scope = f"{day}/{os.environ['AWS_REGION']}/s3/aws4_request"
            key = ("AWS4" + c["SecretAccessKey"]).encode()
            for part in scope.split("/"): key = hmac.new(key, part.encode(), hashlib.sha256).digest()
            text = "\n".join(["AWS4-HMAC-SHA256", at, scope, hashlib.sha256(canonical.encode()).hexdigest()])
            headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={c['AccessKeyId']}/{scope}, SignedHeaders={names}, Signature={hmac.new(key, text.encode(), hashlib.sha256).hexdigest()}"
            try:
                with urllib.request.urlopen(urllib.request.Request(base + path, method=method, headers=headers)) as answer:
                    return answer.status, answer.read().decode()
            except urllib.error.HTTPError as e:
                return e.code, e.read().decode()

        """;

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

    private async Task StartAsync(TimeProvider clock, TimeSpan? credentialLifetime = null)
    {
        _aws = await AwsAccount.StartAsync(clock, images: new Dictionary<string, string> { ["trainer:1"] = _image }, credentialLifetime: credentialLifetime);
        _ = await _aws.S3.PutBucketAsync("artifacts");
        _ = await _aws.S3.PutBucketAsync("governed");
        _role = await _aws.RoleAsync("job", ("s3:*", "arn:aws:s3:::artifacts/*"), ("s3:ListBucket", "arn:aws:s3:::artifacts"));
        _app = (await _aws.EmrAsync("POST", "/applications", new { clientToken = "a", releaseLabel = "emr-7.12.0", type = "SPARK" })).Ok()["applicationId"]!.GetValue<string>();
    }

    private void Train(string program)
    {
        var file = Path.Combine(_image, "train");
        File.WriteAllText(file, "#!/usr/bin/env python3\n" + program);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
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
            ["executionRoleArn"] = _role,
            ["jobDriver"] = new JsonObject { ["sparkSubmit"] = submit },
            ["configurationOverrides"] = JsonNode.Parse("""{"monitoringConfiguration":{"s3MonitoringConfiguration":{"logUri":"s3://artifacts/logs"}}}"""),
        };
    }

    private async Task<JsonNode> RunAsync(JsonObject request)
    {
        var run = (await _aws.EmrAsync("POST", $"/applications/{_app}/jobruns", request)).Ok()["jobRunId"]!.GetValue<string>();
        await _aws.Api.WhenNoJobRunsAsync(CancellationToken.None);
        return (await _aws.EmrAsync("GET", $"/applications/{_app}/jobruns/{run}")).Ok()["jobRun"]!;
    }

    private async Task<string> LogAsync(string run, string name)
    {
        using var got = await _aws.S3.GetObjectAsync("artifacts", $"logs/applications/{_app}/jobs/{run}/SPARK_DRIVER/{name}.gz");
        await using var gzip = new GZipStream(got.ResponseStream, CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        return await reader.ReadToEndAsync();
    }

    private JsonObject Training(string name) => JsonNode.Parse($$"""
        {
          "TrainingJobName": "{{name}}",
          "RoleArn": "{{_role}}",
          "AlgorithmSpecification": {
            "TrainingImage": "trainer:1", "TrainingInputMode": "File",
            "MetricDefinitions": [
              {"Name": "train_loss", "Regex": "metric train_loss=([-+0-9.eE]+)"},
              {"Name": "never", "Regex": "no such metric ([0-9]+)"},
              {"Name": "endless", "Regex": "(m+)+y"}]
          },
          "OutputDataConfig": {"S3OutputPath": "s3://artifacts/out/", "CompressionType": "NONE"},
          "ResourceConfig": {"InstanceType": "ml.g5.2xlarge", "InstanceCount": 1, "VolumeSizeInGB": 100},
          "StoppingCondition": {"MaxRuntimeInSeconds": 600},
          "Environment": {"GOVERNED_RUN_UID": "uid-1"}
        }
        """)!.AsObject();

    private async Task<JsonNode> TrainAsync(JsonObject request)
    {
        _ = (await _aws.SageMakerAsync("CreateTrainingJob", request)).Ok();
        await _aws.Api.WhenNoJobRunsAsync(CancellationToken.None);
        return await DescribeAsync(Text(request, "TrainingJobName"));
    }

    private async Task<JsonNode> DescribeAsync(string name) => (await _aws.SageMakerAsync("DescribeTrainingJob", new { TrainingJobName = name })).Ok().Body;

    private Task ReadyAsync(string name) => Eventually.True(() => File.Exists(Path.Combine(_aws.Folder, "jobs", "sagemaker", name, "ready")));

    private static async Task<int[]> PidsAsync(string file)
    {
        await Eventually.True(() => File.Exists(file));
        return [.. (await File.ReadAllTextAsync(file)).Split(' ').Select(p => int.Parse(p, CultureInfo.InvariantCulture))];
    }

    private static bool IsGone(int pid)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(pid);
            return process.HasExited;
        }
        catch (ArgumentException)
        {
            return true;
        }
    }
}
