using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Grants;
using GovernedFinetune.Operator.Runs;
using GovernedFinetune.Operator.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace GovernedFinetune.Operator.Tests.Leadership;

/// <summary>A call that the fence stops says nothing about the run: nothing is stored of it, and nothing is used up.</summary>
public sealed class ControllersWithoutLeaseTests
{
    [Fact]
    public async Task A_run_goes_on_where_it_was_whichever_call_was_stopped()
    {
        using var whole = await new World().ToEndAsync();
        var outside = whole.Cloud.Calls.Made.Where(c => !c.StartsWith("k8s", StringComparison.Ordinal)).Distinct().ToList();
        Assert.NotEmpty(outside);
        foreach (var call in outside)
        {
            await StopAtAsync(call);
        }
    }

    private static async Task StopAtAsync(string call)
    {
        using var world = new World();
        world.Cloud.Calls.Fault = new Fault((_, name) => name == call, FaultPoint.BeforeSend, name => OperatorException.Fenced($"Not sent: {name}."));
        TimeSpan? wake = null;
        while (world.Cloud.Calls.Count(call) == 0)
        {
            wake = await world.StepAsync();
            world.Pass(wake ?? TimeSpan.FromMinutes(1));
        }

        Assert.True(wake == TimeSpan.FromSeconds(1), $"After {call} was stopped the run is looked at again in {wake}.");
        Assert.DoesNotContain(world.Status.Conditions ?? [], c => c.Reason == Reasons.NotLeading);
        var stored = world.Stored.Count;
        _ = await world.StepAsync();
        Assert.True(stored == world.Stored.Count, $"Status was stored although {call} was stopped.");

        world.Cloud.Calls.Fault = null;
        Assert.Equal(FineTuneRunPhase.Succeeded, (await world.ToEndAsync()).Status.Phase);
        Assert.Equal(1, world.Status.Attempt);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("true")]
    public async Task A_run_that_is_deleted_is_not_let_go(string? breakGlass)
    {
        using var world = await new World().UntilAsync(w => w.Run!.Status?.Preprocessing?.JobRunId is not null);
        world.Edit(r => r.Metadata.Annotations = breakGlass is null ? null : new Dictionary<string, string> { [FineTuneRunFinalizer.BreakGlass] = breakGlass });
        world.Delete();
        var stored = world.Stored.Count;
        world.Cloud.Calls.Fault = new Fault((_, name) => !name.StartsWith("k8s", StringComparison.Ordinal), FaultPoint.BeforeSend, name => OperatorException.Fenced(name));
        Assert.NotNull(await world.StepAsync());
        Assert.NotNull(world.Run);
        Assert.Equal(stored, world.Stored.Count);
    }

    [Fact]
    public async Task A_grant_is_not_called_unknown()
    {
        var grant = Samples.Grant();
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(Samples.Start);
        var cloud = new FakeCloud(clock, Samples.Cloud);
        var api = new FakeApiServer(cloud.Calls);
        api.Put(grant);
        await using var composed = new ComposedOperator(api, cloud, clock);
        ((Grants.FakePrivileges)composed.Get<Operator.Grants.Ports.IPrivilegeReaderFactory>()).Away = OperatorException.Fenced("Not sent: a question.");
        await using var scope = composed.Services.CreateAsyncScope();
        var result = await scope.ServiceProvider.GetRequiredService<DatasetGrantController>().ReconcileAsync(grant, CancellationToken.None);
        Assert.Equal((true, TimeSpan.FromSeconds(1)), (result.IsSuccess, result.RequeueAfter));
        Assert.Null(api.Find<DatasetGrant>("credit-risk", "risk-factors")!.Status.Phase);
        Assert.DoesNotContain("k8s:PatchStatus datasetgrants", cloud.Calls.Made);
    }
}
