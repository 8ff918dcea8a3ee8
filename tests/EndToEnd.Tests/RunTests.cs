using System.Text.Json.Nodes;
using GovernedFinetune.EndToEnd.Tests.Support;
using Xunit.Abstractions;

namespace GovernedFinetune.EndToEnd.Tests;

public sealed class RunTests(World world, ITestOutputHelper output) : WorldTests(world)
{
    private static readonly string[] Stages = ["GrantVerified", "DatasetPrepared", "ModelTrained", "ModelRegistered", "LineageRecorded"];

    [Fact]
    public async Task A_run_goes_from_apply_to_succeeded_and_writes_no_more_than_it_must()
    {
        _ = await World.ApplyAsync(Manifests.Grant("sotu", World.Principal));
        var after = await World.Requests.CountAsync();
        _ = await World.ApplyAsync(Manifests.Run("whole"));
        var run = new RunView(await World.WaitForRunAsync("whole", r => r.HasEnded, "ended"));

        Assert.True(run.Phase == "Succeeded", run.Message);
        Assert.All(Stages, stage => Assert.Equal("True", run.Condition(stage)?["status"]?.GetValue<string>()));
        Assert.Null(run.Condition("Reconciling"));
        Assert.Null(run.Condition("Stalled"));
        Assert.Equal("1", run.Status!["registration"]!["version"]!.GetValue<string>());
        Assert.Equal(100, run.Status["training"]!["progress"]!["percent"]!.GetValue<int>());
        Assert.Equal(4, run.Status["lineage"]!["edges"]!.GetValue<int>());
        Assert.EndsWith("/SPARK_DRIVER/", run.Status["preprocessing"]!["logUrl"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.StartsWith("sha256:", run.Status["source"]!["version"]!.GetValue<string>(), StringComparison.Ordinal);

        var spent = Spending.Of(await World.Requests.ReadAsync(after), "whole");
        output.WriteLine(spent.ToString());
        Console.WriteLine(spent.ToString());

        // Exactly once, whatever else the numbers are.
        Assert.Equal(1, spent.Done("emr-serverless:StartJobRun"));
        Assert.Equal(1, spent.Done("sagemaker:CreateTrainingJob"));
        Assert.Equal(1, spent.Done("model-versions.create"));
        Assert.Equal(1, spent.Done("model-versions.finalize"));
        Assert.Equal(1, spent.Done("tables.create"));
        Assert.Equal(2, spent.Done("external-metadata.create"));
        Assert.Equal(4, spent.Done("external-lineage.create"));
        if (World.GivenCluster is null)
        {
            Assert.Equal(1, spent.Count("patch finetuneruns"));
            Assert.InRange(spent.Count("patch finetuneruns/status"), 6, 16);
            Assert.Equal(0, spent.Count("update finetuneruns") + spent.Count("update finetuneruns/status"));
        }
    }

    [Fact]
    public async Task Deleting_a_run_in_training_stops_its_job_and_the_finalizer_goes()
    {
        _ = await World.ApplyAsync(Manifests.Grant("sotu", World.Principal));
        _ = await World.ApplyAsync(Manifests.Run("deleted", Manifests.TrainForLong));
        var run = new RunView(await World.WaitForRunAsync("deleted", r => r.IsTraining, "in training"));
        var job = run.Status!["training"]!["jobName"]!.GetValue<string>();

        _ = await World.KubectlAsync("delete", "finetunerun", "deleted", "-n", World.Namespace, "--wait", "--timeout=90s");

        var gone = await World.TryKubectlAsync(["get", "finetunerun", "deleted", "-n", World.Namespace]);
        Assert.Contains("NotFound", gone.Error, StringComparison.Ordinal);
        Assert.Equal("Stopped", await World.Cloud.TrainingJobStatusAsync(job));
    }

    [Fact]
    public async Task A_suspended_run_stops_its_job_and_goes_on_in_a_new_attempt()
    {
        _ = await World.ApplyAsync(Manifests.Grant("sotu", World.Principal));
        var manifest = Manifests.Run("suspended", Manifests.TrainForLong);
        _ = await World.ApplyAsync(manifest);
        _ = await World.WaitForRunAsync("suspended", r => r.IsTraining, "in training");

        _ = await PatchAsync("suspended", """{"spec":{"suspend":true}}""");
        var resting = new RunView(await World.WaitForRunAsync("suspended", r => r.Phase == "Suspended", "suspended"));
        Assert.Equal("Suspended", resting.Reason);
        Assert.Null(resting.Condition("Stalled"));
        Assert.Equal("True", resting.Condition("DatasetPrepared")!["status"]!.GetValue<string>());

        _ = await PatchAsync("suspended", """{"spec":{"suspend":false}}""");
        var again = new RunView(await World.WaitForRunAsync("suspended", r => r.IsTraining && r.Status!["attempt"]!.GetValue<int>() == 2, "in training again"));
        Assert.EndsWith("-a2", again.Status!["training"]!["jobName"]!.GetValue<string>(), StringComparison.Ordinal);
        _ = await World.KubectlAsync("delete", "finetunerun", "suspended", "-n", World.Namespace, "--wait", "--timeout=90s");
    }

    [Fact]
    public async Task An_operator_that_crashes_in_the_middle_starts_nothing_twice()
    {
        _ = await World.ApplyAsync(Manifests.Grant("sotu", World.Principal));
        var after = await World.Requests.CountAsync();
        _ = await World.ApplyAsync(Manifests.Run("crashed", spec => spec["training"]!["hyperparameters"] = new JsonObject { ["maxSteps"] = "600" }));
        _ = await World.WaitForRunAsync("crashed", r => r.IsTraining, "in training");

        await World.Operator().KillAsync();
        await World.Operator().StartAsync();

        var run = new RunView(await World.WaitForRunAsync("crashed", r => r.HasEnded, "ended"));
        Assert.True(run.Phase == "Succeeded", run.Message);
        Assert.Equal(1, run.Status!["attempt"]!.GetValue<int>());
        var since = await World.Requests.ReadAsync(after);
        Assert.Single(since, r => r.Operation == "sagemaker:CreateTrainingJob");
        Assert.Single(since, r => r.Operation == "emr-serverless:StartJobRun");
    }

    [Fact]
    public async Task A_job_that_fails_leaves_its_last_words_in_the_status()
    {
        _ = await World.ApplyAsync(Manifests.Grant("sotu", World.Principal));
        _ = await World.ApplyAsync(Manifests.Run("failing", spec => spec["preprocessing"]!["promptTemplate"] = "{no_such_column}: "));
        var run = new RunView(await World.WaitForRunAsync("failing", r => r.HasEnded, "ended"));

        Assert.Equal("Failed", run.Phase);
        Assert.Equal("JobFailed", run.Reason);
        Assert.Contains("no_such_column", run.Message, StringComparison.Ordinal);
        Assert.Equal("True", run.Condition("Stalled")?["status"]?.GetValue<string>());
    }

    [Fact]
    public async Task A_finished_run_is_deleted_when_its_time_is_over()
    {
        _ = await World.ApplyAsync(Manifests.Grant("sotu", World.Principal));
        _ = await World.ApplyAsync(Manifests.Run("short-lived", spec =>
        {
            spec["dryRun"] = true;
            spec["ttlAfterFinished"] = "1s";
        }));
        _ = await World.KubectlAsync("wait", "--for=delete", "finetunerun/short-lived", "-n", World.Namespace, "--timeout=60s");
    }

    [Fact]
    public async Task A_dry_run_checks_everything_and_starts_nothing()
    {
        _ = await World.ApplyAsync(Manifests.Grant("sotu", World.Principal));
        var after = await World.Requests.CountAsync();
        _ = await World.ApplyAsync(Manifests.Run("dry", spec => spec["dryRun"] = true));
        var run = new RunView(await World.WaitForRunAsync("dry", r => r.HasEnded, "ended"));

        Assert.Equal(("Succeeded", "DryRun"), (run.Phase, run.Reason));
        var since = await World.Requests.ReadAsync(after);
        Assert.DoesNotContain(since, r => r.Operation is "emr-serverless:StartJobRun" or "sagemaker:CreateTrainingJob");
    }

    private Task<string> PatchAsync(string name, string patch) =>
        World.KubectlAsync("patch", "finetunerun", name, "-n", World.Namespace, "--type=merge", "-p", patch);
}
