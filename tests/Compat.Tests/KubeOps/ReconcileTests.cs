using GovernedFinetune.Compat.Tests.Operators.Fakes;
using k8s.Models;
using KubeOps.Abstractions.Builder;
using KubeOps.Abstractions.Entities;
using KubeOps.Abstractions.Reconciliation;

namespace GovernedFinetune.Compat.Tests.Operators;

public sealed class ReconcileTests
{
    [Fact]
    public async Task A_new_object_is_read_again_and_reconciled()
    {
        await using var widgets = await OperatorUnderTest.StartAsync();

        await widgets.CreateAsync("a");

        var call = await widgets.Script.NextAsync();
        Assert.Equal((Asked.Reconcile, "a", "red"), (call.Asked, call.Widget.Name(), call.Widget.Spec.Color));
        Assert.Contains(widgets.Server.Requests, request => request.Is("GET", $"{Widget.Collection}/a"));
    }

    [Fact]
    public async Task Objects_that_were_there_before_the_operator_are_reconciled()
    {
        await using var widgets = await OperatorUnderTest.StartAsync(prepare: server => server.Store.Create(Widget.Named("a")));

        Assert.Equal("a", (await widgets.Script.NextAsync()).Widget.Name());
    }

    [Fact]
    public async Task A_changed_spec_is_reconciled_and_changed_labels_or_status_are_not()
    {
        await using var widgets = await OperatorUnderTest.StartAsync();
        await widgets.CreateAsync("a");
        await widgets.Script.NextAsync("a");

        await widgets.ChangeAsync("a", widget => widget.SetLabel("tier", "gold"));
        var labelled = await widgets.ReadAsync("a");
        labelled.Status.Phase = "Ready";
        await widgets.Client.UpdateStatusAsync(labelled);
        Assert.Empty(await widgets.SettleAsync());

        await widgets.ChangeAsync("a", widget => widget.Spec.Color = "blue");
        Assert.Equal("blue", (await widgets.Script.NextAsync("a")).Widget.Spec.Color);
    }

    [Fact]
    public async Task By_resource_version_every_change_is_reconciled()
    {
        await using var widgets = await OperatorUnderTest.StartAsync(it => it.ReconcileStrategy = ReconcileStrategy.ByResourceVersion);
        await widgets.CreateAsync("a");
        await widgets.Script.NextAsync("a");

        await widgets.ChangeAsync("a", widget => widget.SetLabel("tier", "gold"));

        Assert.Equal("gold", (await widgets.Script.NextAsync("a")).Widget.GetLabel("tier"));
    }

    [Fact]
    public async Task A_success_comes_back_only_when_it_asks_to()
    {
        await using var widgets = await OperatorUnderTest.StartAsync();
        widgets.Script.Answer = Answers.InTurn(
            call => ReconciliationResult<Widget>.Success(call.Widget, requeueAfter: TimeSpan.FromMilliseconds(1)),
            call => ReconciliationResult<Widget>.Success(call.Widget));

        await widgets.CreateAsync("a");

        await widgets.Script.NextAsync("a");
        await widgets.Script.NextAsync("a");
        Assert.Empty(await widgets.SettleAsync());
    }

    [Fact]
    public async Task A_failure_that_does_not_ask_to_come_back_does_not()
    {
        await using var widgets = await OperatorUnderTest.StartAsync();
        widgets.Script.Answer = Answers.InTurn(
            call => ReconciliationResult<Widget>.Failure(call.Widget, "no", requeueAfter: TimeSpan.FromMilliseconds(1)),
            call => ReconciliationResult<Widget>.Failure(call.Widget, "still no", new InvalidOperationException()),
            call => ReconciliationResult<Widget>.Success(call.Widget));

        await widgets.CreateAsync("a");

        await widgets.Script.NextAsync("a");
        await widgets.Script.NextAsync("a");
        Assert.Empty(await widgets.SettleAsync());
    }

    [Fact]
    public async Task A_read_that_fails_is_retried_like_an_exception()
    {
        await using var widgets = await OperatorUnderTest.StartAsync();
        widgets.Server.FailNext(request => request.Is("GET", $"{Widget.Collection}/a"), 500);

        await widgets.CreateAsync("a");

        Assert.Equal("a", (await widgets.Script.NextAsync()).Widget.Name());
    }

    [Fact]
    public async Task An_exception_is_retried_so_many_times_and_then_dropped()
    {
        await using var widgets = await OperatorUnderTest.StartAsync(it => it.ParallelReconciliation.MaxErrorRetries = 2);
        widgets.Script.Answer = (call, _) => call.Widget.Name() == "a"
            ? throw new InvalidOperationException("broken")
            : Answers.Success(call);

        await widgets.CreateAsync("a");

        await widgets.Script.NextAsync("a");
        await widgets.Script.NextAsync("a");
        await widgets.Script.NextAsync("a");
        Assert.Empty(await widgets.SettleAsync());
    }

    [Fact]
    public async Task With_as_many_retries_as_there_are_numbers_nothing_is_dropped()
    {
        await using var widgets = await OperatorUnderTest.StartAsync(it => it.ParallelReconciliation.MaxErrorRetries = int.MaxValue);
        var broken = 7;
        widgets.Script.Answer = (call, _) => broken-- > 0 ? throw new InvalidOperationException("broken") : Answers.Success(call);

        await widgets.CreateAsync("a");

        for (var look = 0; look < 8; look++)
        {
            await widgets.Script.NextAsync("a");
        }

        Assert.Empty(await widgets.SettleAsync());
    }

    [Fact]
    public async Task A_deletion_is_reported_with_the_last_state_and_without_a_read()
    {
        await using var widgets = await OperatorUnderTest.StartAsync();
        await widgets.CreateAsync("a");
        await widgets.Script.NextAsync("a");
        var reads = widgets.Server.Requests.Count(request => request.Is("GET", $"{Widget.Collection}/a"));

        await widgets.Client.DeleteAsync<Widget>("a", "default");

        var call = await widgets.Script.NextAsync("a");
        Assert.Equal(Asked.Deleted, call.Asked);
        Assert.Equal(reads, widgets.Server.Requests.Count(request => request.Is("GET", $"{Widget.Collection}/a")));
    }

    [Fact]
    public async Task A_label_selector_is_sent_with_the_watch()
    {
        await using var widgets = await OperatorUnderTest.StartAsync(
            parts: parts => parts.AddControllerWithLabelSelector<WidgetController, Widget, GoldOnly>());

        Assert.Equal("tier=gold", (await widgets.Server.NextWatchAsync("widgets")).Query["labelSelector"]);
    }

    [Fact]
    public async Task A_namespace_limits_the_watch()
    {
        await using var widgets = await OperatorUnderTest.StartAsync(it => it.WithNamespace("default"));

        Assert.Equal("default", (await widgets.Server.NextWatchAsync("widgets")).Collection.Namespace);
    }

    [Fact]
    public async Task Every_call_has_a_controller_of_its_own()
    {
        await using var widgets = await OperatorUnderTest.StartAsync();

        await widgets.CreateAsync("a");
        await widgets.CreateAsync("b");

        Assert.NotSame((await widgets.Script.NextAsync()).Handler, (await widgets.Script.NextAsync()).Handler);
    }

    private sealed class GoldOnly : IEntityLabelSelector<Widget>
    {
        public ValueTask<string?> GetLabelSelectorAsync(CancellationToken cancellationToken) => ValueTask.FromResult<string?>("tier=gold");
    }
}
