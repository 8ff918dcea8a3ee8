using GovernedFinetune.Compat.Tests.Operators.Fakes;
using k8s.Models;
using KubeOps.Abstractions.Builder;
using KubeOps.Abstractions.Reconciliation;

namespace GovernedFinetune.Compat.Tests.Operators;

/// <summary>A reconciliation that is due while its object is being reconciled.</summary>
public sealed class ConflictTests
{
    private readonly TaskCompletionSource _hold = new();

    [Fact]
    public async Task By_default_it_waits_while_other_objects_go_on()
    {
        await using var widgets = await StartAsync(ParallelReconciliationConflictStrategy.WaitForCompletion);

        await widgets.ChangeAsync("a", widget => widget.Spec.Color = "blue");
        await widgets.CreateAsync("b");
        Assert.Equal("b", (await widgets.Script.NextAsync()).Widget.Name());

        _hold.SetResult();
        Assert.Equal("blue", (await widgets.Script.NextAsync()).Widget.Spec.Color);
    }

    [Fact]
    public async Task It_can_be_discarded()
    {
        await using var widgets = await StartAsync(ParallelReconciliationConflictStrategy.Discard);

        await widgets.ChangeAsync("a", widget => widget.Spec.Color = "blue");
        await widgets.Meter.NextAsync("kubeops.operator.queue.discarded");

        _hold.SetResult();
        Assert.Empty(await widgets.SettleAsync());
    }

    [Fact]
    public async Task It_can_be_put_off()
    {
        await using var widgets = await StartAsync(ParallelReconciliationConflictStrategy.RequeueAfterDelay);

        await widgets.ChangeAsync("a", widget => widget.Spec.Color = "blue");
        Assert.Contains(
            "kubeops.requeue.reason=conflict",
            await widgets.Meter.NextAsync("kubeops.operator.queue.requeued"),
            StringComparison.Ordinal);

        _hold.SetResult();
        Assert.Equal("blue", (await widgets.Script.NextAsync()).Widget.Spec.Color);
    }

    /// <summary>An operator that is busy with the object "a" until the hold is released.</summary>
    private async Task<OperatorUnderTest> StartAsync(ParallelReconciliationConflictStrategy strategy)
    {
        var widgets = await OperatorUnderTest.StartAsync(it => it.WithParallelReconciliation(parallel => parallel
            .WithMaxParallelReconciliations(4)
            .WithRequeueDelay(TimeSpan.FromMilliseconds(1))
            .WithConflictStrategy(strategy)));
        widgets.Script.Answer = async (call, cancellationToken) =>
        {
            if (call.Widget.Name() == "a")
            {
                await _hold.Task.WaitAsync(cancellationToken);
            }

            return ReconciliationResult<Widget>.Success(call.Widget);
        };
        await widgets.CreateAsync("a");
        await widgets.Script.NextAsync();
        return widgets;
    }
}
