using System.IO.Compression;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace GovernedFinetune.Sandbox.Tests.Aws;

/// <summary>SageMaker training jobs as real processes.</summary>
public sealed class TrainingProcessTests : JobProcesses
{
    [Fact]
    public async Task Ending_the_sandbox_leaves_no_process()
    {
        Train("import os, subprocess, time\nc = subprocess.Popen(['sleep', '600'])\nopen('" + Image + "/new', 'w').write(f'{os.getpid()} {c.pid}')\nos.rename('" + Image + "/new', '" + Image + "/pids')\ntime.sleep(600)");
        _ = (await Aws.SageMakerAsync("CreateTrainingJob", Training("job"))).Ok();
        var pids = await PidsAsync(Path.Combine(Image, "pids"));

        await Aws.Api.DisposeAsync();

        await Eventually.True(() => pids.All(IsGone));
    }

    [Fact]
    public async Task A_training_job_has_the_container_contract_and_leaves_its_model()
    {
        await Aws.PutAsync("artifacts", "data/part-0", "rows");
        await Aws.PutAsync("artifacts", "data/sub/part-1", "more");
        await Aws.PutAsync("artifacts", "checkpoints/step-1", "earlier");
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
        Assert.Equal(["out/job/output/model/adapter/weights.bin", "out/job/output/model/manifest.json"], await Aws.KeysAsync("artifacts", "out/"));
        Assert.Equal(["checkpoints/step-1", "checkpoints/step-2"], await Aws.KeysAsync("artifacts", "checkpoints/"));
        var seen = JsonNode.Parse(await Aws.ReadAsync("artifacts", "out/job/output/model/manifest.json"))!;
        Assert.Equal((Image, "more", "earlier", "algo-1"), (Text(seen, "cwd"), Text(seen, "data"), Text(seen, "checkpoint"), Text(seen, "host")));
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
        _ = (await Aws.SageMakerAsync("DeleteTrainingJob", new { TrainingJobName = "job" })).Ok();
        var second = Training("job");
        second["OutputDataConfig"]!["S3OutputPath"] = "s3://artifacts/again";
        second["Environment"]!["GOVERNED_RUN_UID"] = "uid-2";
        _ = await TrainAsync(second);
        Assert.Equal(["again/job/output/model/uid-2"], await Aws.KeysAsync("artifacts", "again/"));
    }

    [Fact]
    public async Task A_platform_goes_on_when_storage_stumbles()
    {
        Aws.Context.Faults.Add(new FaultRule { Match = "^PUT /artifacts/out/", Status = 503, Code = "SlowDown", Times = 2 });
        Train("import os\nopen(os.environ['SM_MODEL_DIR'] + '/w', 'w').write('weights')");
        Assert.Equal("Completed", Text(await TrainAsync(Training("job")), "TrainingJobStatus"));
        Assert.Equal("weights", await Aws.ReadAsync("artifacts", "out/job/output/model/w"));
    }

    [Fact]
    public async Task A_packed_model_is_one_archive()
    {
        Train("import os\nopen(os.environ['SM_MODEL_DIR'] + '/w', 'w').write('weights')");
        var request = Training("job");
        request["OutputDataConfig"]!["CompressionType"] = "GZIP";
        _ = await TrainAsync(request);

        using var got = await Aws.S3.GetObjectAsync("artifacts", "out/job/output/model.tar.gz");
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
        Assert.Empty(await Aws.KeysAsync("artifacts", "out/"));
    }

    [Fact]
    public async Task Without_such_a_file_the_end_of_standard_error_is_the_reason()
    {
        Train("raise RuntimeError('boom')");
        Assert.Contains("RuntimeError: boom, exit code: 1", Text(await TrainAsync(Training("job")), "FailureReason"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnImage_that_nobody_knows_fails_the_job()
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
    public async Task ARole_that_may_not_read_the_data_fails_the_job()
    {
        Train("");
        await Aws.PutAsync("governed", "raw/a.json", "{}");
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
        _ = (await Aws.SageMakerAsync("CreateTrainingJob", Training("job"))).Ok();
        await ReadyAsync("job");
        _ = (await Aws.SageMakerAsync("StopTrainingJob", new { TrainingJobName = "job" })).Ok();
        await Aws.Api.WhenNoJobRunsAsync(CancellationToken.None);

        var job = await DescribeAsync("job");
        Assert.Equal(("Stopped", "Stopped"), (Text(job, "TrainingJobStatus"), Text(job, "SecondaryStatus")));
        Assert.Equal(["out/job/output/model/partial"], await Aws.KeysAsync("artifacts", "out/"));
        Assert.Equal("Stopping", Text(job["SecondaryStatusTransitions"]![3]!, "Status"));
    }

    [Fact]
    public async Task A_job_that_does_not_stop_is_killed_after_120_seconds_of_the_clock()
    {
        await Aws.DisposeAsync();
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 10, 0, 0, TimeSpan.Zero));
        await StartAsync(clock);
        Train("import os, signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nopen(os.environ['HOME'] + '/ready', 'w').close()\ntime.sleep(600)");
        _ = (await Aws.SageMakerAsync("CreateTrainingJob", Training("job"))).Ok();
        await ReadyAsync("job");

        _ = (await Aws.SageMakerAsync("StopTrainingJob", new { TrainingJobName = "job" })).Ok();
        clock.Advance(TimeSpan.FromSeconds(119));
        Assert.Equal("Stopping", Text(await DescribeAsync("job"), "TrainingJobStatus"));
        clock.Advance(TimeSpan.FromSeconds(1));
        await Aws.Api.WhenNoJobRunsAsync(CancellationToken.None);
        Assert.Equal("Stopped", Text(await DescribeAsync("job"), "TrainingJobStatus"));
    }

    [Fact]
    public async Task A_job_that_runs_too_long_is_stopped()
    {
        await Aws.DisposeAsync();
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 10, 0, 0, TimeSpan.Zero));
        await StartAsync(clock);
        Train("import os, time\nopen(os.environ['HOME'] + '/ready', 'w').close()\ntime.sleep(600)");
        _ = (await Aws.SageMakerAsync("CreateTrainingJob", Training("job"))).Ok();
        await ReadyAsync("job");

        clock.Advance(TimeSpan.FromSeconds(600));
        await Aws.Api.WhenNoJobRunsAsync(CancellationToken.None);
        var job = await DescribeAsync("job");
        Assert.Equal(("Stopped", "MaxRuntimeExceeded"), (Text(job, "TrainingJobStatus"), Text(job, "SecondaryStatus")));
        Assert.Equal(600, job["BillableTimeInSeconds"]!.GetValue<long>());
    }

    [Fact]
    public async Task Role_credentials_are_renewed_before_they_end_and_are_the_jobs_alone()
    {
        await Aws.DisposeAsync();
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
        var log = await File.ReadAllTextAsync(Path.Combine(Aws.Folder, "jobs", "sagemaker", "job", "stdout"));
        Assert.Equal("renewed True\nstatus 404\nguess 403\n", log);
    }

    private void Train(string program)
    {
        var file = Path.Combine(Image, "train");
        File.WriteAllText(file, "#!/usr/bin/env python3\n" + program);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    private JsonObject Training(string name) => JsonNode.Parse($$"""
        {
          "TrainingJobName": "{{name}}",
          "RoleArn": "{{Role}}",
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
        _ = (await Aws.SageMakerAsync("CreateTrainingJob", request)).Ok();
        await Aws.Api.WhenNoJobRunsAsync(CancellationToken.None);
        return await DescribeAsync(Text(request, "TrainingJobName"));
    }

    private async Task<JsonNode> DescribeAsync(string name) => (await Aws.SageMakerAsync("DescribeTrainingJob", new { TrainingJobName = name })).Ok().Body;

    private Task ReadyAsync(string name) => Eventually.True(() => File.Exists(Path.Combine(Aws.Folder, "jobs", "sagemaker", name, "ready")));
}
