using GovernedFinetune.Compat.Tests.Operators.Fakes;
using k8s.Models;
using KubeOps.Abstractions.Reconciliation;

namespace GovernedFinetune.Compat.Tests.Operators;

public sealed class QueueTests
{
    [Fact]
    public async Task An_object_that_went_before_its_turn_is_passed_over()
    {
        await using var widgets = await OperatorUnderTest.StartAsync();
        var gone = Widget.Named("gone");
        gone.Metadata.Uid = "0";

        await widgets.QueueAsync(gone, TimeSpan.Zero);

        Assert.Empty(await widgets.SettleAsync());
        Assert.Contains(widgets.Server.Requests, request => request.Is("GET", $"{Widget.Collection}/gone"));
    }

    [Theory]
    [InlineData(0, 3600)]
    [InlineData(3600, 0)]
    public async Task Of_two_requests_for_one_object_the_earliest_time_wins(int first, int second)
    {
        await using var widgets = await OperatorUnderTest.StartAsync();
        var widget = await widgets.CreateAsync("a");
        await widgets.Script.NextAsync("a");

        await widgets.QueueAsync(widget, TimeSpan.FromSeconds(first));
        await widgets.QueueAsync(widget, TimeSpan.FromSeconds(second));

        await widgets.Script.NextAsync("a");
        Assert.Empty(await widgets.SettleAsync());
    }

    [Fact]
    public async Task An_object_without_a_name_cannot_be_queued()
    {
        await using var widgets = await OperatorUnderTest.StartAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => widgets.QueueAsync(new Widget(), TimeSpan.Zero));
    }

    [Fact]
    public async Task A_deletion_that_waits_stays_a_deletion_whatever_else_is_asked()
    {
        await using var widgets = await OperatorUnderTest.StartAsync();
        widgets.Script.Answer = Answers.InTurn(
            call => ReconciliationResult<Widget>.Success(call.Widget),
            call => ReconciliationResult<Widget>.Success(call.Widget, requeueAfter: TimeSpan.FromHours(1)),
            call => ReconciliationResult<Widget>.Success(call.Widget));
        var widget = await widgets.CreateAsync("a");
        await widgets.Script.NextAsync("a");
        await widgets.Client.DeleteAsync(widget);
        Assert.Equal(Asked.Deleted, (await widgets.Script.NextAsync("a")).Asked);
        Assert.Empty(await widgets.SettleAsync());

        await widgets.QueueAsync(widget, TimeSpan.Zero);

        Assert.Equal(Asked.Deleted, (await widgets.Script.NextAsync("a")).Asked);
    }

    [Fact]
    public async Task Retries_go_on_from_the_count_that_was_queued_last()
    {
        await using var widgets = await OperatorUnderTest.StartAsync(it => it.ParallelReconciliation.MaxErrorRetries = 2);
        var widget = await widgets.CreateAsync("a");
        await widgets.Script.NextAsync("a");
        widgets.Script.Answer = (call, _) => call.Widget.Name() == "a"
            ? throw new InvalidOperationException("broken")
            : Answers.Success(call);

        await widgets.QueueAsync(widget, TimeSpan.FromHours(1), retryCount: 0);
        await widgets.QueueAsync(widget, TimeSpan.Zero, retryCount: 2);

        await widgets.Script.NextAsync("a");
        Assert.Empty(await widgets.SettleAsync());
    }

    [Fact]
    public async Task What_was_cancelled_is_not_queued()
    {
        await using var widgets = await OperatorUnderTest.StartAsync();
        var widget = await widgets.CreateAsync("a");

        Assert.False(await widgets.QueueAsync(widget, TimeSpan.Zero, cancellationToken: new CancellationToken(canceled: true)));
    }
}
