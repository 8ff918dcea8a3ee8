using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Grants;
using GovernedFinetune.Operator.Kubernetes;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace GovernedFinetune.Operator.Tests.Runs;

/// <summary>
/// The calls that an operator makes about one object when it starts and the object is there already. KubeOps' own read of
/// each object comes on top. What is true for one is true for thousands.
/// </summary>
public sealed class WarmStartTests
{
    /// <summary>The first look of a new process.</summary>
    private static async Task<IReadOnlyList<string>> FirstLookAsync(World world, LabelSelector? selector = null)
    {
        using var fresh = new OperatorProcess(world.Cloud, world.Api, world.Clock, (_, _) => { }, selector: selector);
        world.Cloud.Calls.Clear();
        var run = world.Run!;
        var result = run.Metadata.DeletionTimestamp is null
            ? await fresh.Controller.ReconcileAsync(run, CancellationToken.None)
            : await fresh.Finalizer.FinalizeAsync(run, CancellationToken.None);
        Assert.Null(result.Error);
        return world.Cloud.Calls.Made;
    }

    [Theory]
    [InlineData(null)]
    [InlineData("720h")]
    public async Task A_finished_run_costs_nothing(string? timeToLive)
    {
        using var world = await new World(Samples.Run(s => s.TtlAfterFinished = timeToLive)).UntilAsync(w => w.Run!.Status?.Phase is FineTuneRunPhase.Succeeded);
        Assert.Empty(await FirstLookAsync(world));
    }

    [Fact]
    public async Task A_run_that_waits_for_its_grant_costs_a_look_at_the_grant()
    {
        using var world = new World(Samples.Run(s => s.Grant = "not-there"));
        _ = await world.StepAsync();
        world.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(["k8s:Get datasetgrants"], await FirstLookAsync(world));
    }

    [Fact]
    public async Task A_suspended_run_costs_a_look_at_the_grant()
    {
        using var world = await new World(Samples.Run(s => s.Suspend = true)).UntilAsync(w => w.Run!.Status?.Phase is FineTuneRunPhase.Suspended);
        Assert.Equal(["k8s:Get datasetgrants"], await FirstLookAsync(world));
    }

    [Fact]
    public async Task A_run_whose_next_try_is_not_due_costs_a_look_at_the_grant()
    {
        using var world = new World();
        _ = await world.StepAsync(() => OperatorException.Waiting(Reasons.QuotaExceeded, "no room", TimeSpan.FromMinutes(5)), "emr:StartJobRun", FaultPoint.BeforeSend);
        world.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(["k8s:Get datasetgrants"], await FirstLookAsync(world));
    }

    [Fact]
    public async Task A_run_whose_job_has_not_moved_costs_a_look_at_grant_and_job_and_no_write()
    {
        using var world = await new World { TrainOutcome = _ => new Outcome(JobState.Running) }.UntilAsync(w => w.Run!.Status?.Training?.State == "InProgress");
        _ = await world.StepAsync();
        Assert.Equal(["k8s:Get datasetgrants", "sagemaker:DescribeTrainingJob", "s3:Get progress.json"], await FirstLookAsync(world));
    }

    [Fact]
    public async Task A_grant_that_is_not_due_costs_nothing()
    {
        using var world = new World();
        await using var composed = new ComposedOperator(world.Api, world.Cloud, world.Clock);
        await using var scope = composed.Services.CreateAsyncScope();
        var controller = scope.ServiceProvider.GetRequiredService<DatasetGrantController>();
        _ = await controller.ReconcileAsync(world.Grant!, CancellationToken.None);
        Assert.Contains("k8s:PatchStatus datasetgrants", world.Cloud.Calls.Made);

        world.Cloud.Calls.Clear();
        Assert.True((await controller.ReconcileAsync(world.Grant!, CancellationToken.None)).IsSuccess);
        Assert.Empty(world.Cloud.Calls.Made);
    }

    [Theory]
    [InlineData("team=risk", null)]
    [InlineData("team=risk", "fraud")]
    [InlineData("!team", "fraud")]
    public async Task A_run_outside_the_selector_is_not_touched_alive_or_deleted(string selector, string? team)
    {
        using var world = await new World().UntilAsync(w => w.Run!.Status?.Preprocessing?.JobRunId is not null);
        world.Edit(r => r.Metadata.Labels = team is null ? null : new Dictionary<string, string> { ["team"] = team });
        Assert.Empty(await FirstLookAsync(world, LabelSelector.Parse(selector)));
        world.Delete();
        Assert.Empty(await FirstLookAsync(world, LabelSelector.Parse(selector)));
        Assert.NotEmpty(await FirstLookAsync(world, LabelSelector.Everything));
    }
}
