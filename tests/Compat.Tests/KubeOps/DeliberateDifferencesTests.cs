using GovernedFinetune.Compat.Tests.Operators.Fakes;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;

namespace GovernedFinetune.Compat.Tests.Operators;

/// <summary>
/// Where the stand-in is better than upstream on purpose (compat/README.md), on a clock that stands still. These fail on
/// the real package: leave them out there with <c>--filter StandIn!=only</c>.
/// </summary>
[Trait("StandIn", "only")]
public sealed class DeliberateDifferencesTests
{
    private const string Enqueued = "kubeops.operator.queue.enqueued";

    private readonly SteppedTime _time = new();

    [Fact]
    public async Task An_object_made_again_under_the_same_name_at_once_is_reconciled()
    {
        await using var widgets = await StartAsync();
        var first = await widgets.CreateAsync("a");
        await ReconciledAsync(widgets, "a");

        // Both changes arrive before the clock ticks, so they meet in the queue.
        await widgets.Client.DeleteAsync<Widget>("a", "default");
        var second = await widgets.CreateAsync("a");
        await widgets.Meter.NextAsync(Enqueued);
        await widgets.Meter.NextAsync(Enqueued);
        _time.Tick();

        var calls = new[] { await widgets.Script.NextAsync(), await widgets.Script.NextAsync() };
        Assert.Equal(
            [(Asked.Deleted, first.Uid()), (Asked.Reconcile, second.Uid())],
            calls.Select(call => (call.Asked, call.Widget.Uid())));
    }

    [Fact]
    public async Task A_watch_that_the_server_closes_is_opened_again_only_after_a_pause()
    {
        await using var widgets = await StartAsync();
        await widgets.CreateAsync("a");
        await ReconciledAsync(widgets, "a");

        for (var round = 0; round < 3; round++)
        {
            (await widgets.Server.NextWatchAsync("widgets")).Close();
            var pause = await _time.NextWaitAsync();

            Assert.InRange(pause, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1));
            Assert.False(widgets.Server.HasUnseenWatch);
            _time.Advance(pause);
        }

        await widgets.Server.NextWatchAsync("widgets");
    }

    [Fact]
    public async Task A_watch_that_is_closed_before_its_first_event_is_no_error()
    {
        await using var widgets = await StartAsync();

        for (var round = 0; round < 3; round++)
        {
            (await widgets.Server.NextWatchAsync("widgets")).Close();
            var pause = await _time.NextWaitAsync();

            Assert.InRange(pause, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1));
            _time.Advance(pause);
        }
    }

    [Fact]
    public async Task A_410_answer_to_the_watch_itself_begins_it_again()
    {
        await using var widgets = await StartAsync();
        await widgets.CreateAsync("a");
        await ReconciledAsync(widgets, "a");
        var watch = await widgets.Server.NextWatchAsync("widgets");
        watch.Bookmark(widgets.Server.Store.Version);
        widgets.Server.FailNext(request => request.Query.Contains("resourceVersion=", StringComparison.Ordinal), 410);

        watch.Close();
        _time.Advance(await _time.NextWaitAsync());
        var pause = await _time.NextWaitAsync();
        Assert.InRange(pause, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1));
        _time.Advance(pause);

        Assert.DoesNotContain("resourceVersion", (await widgets.Server.NextWatchAsync("widgets")).Query.Keys);
    }

    [Fact]
    public async Task An_object_without_a_uid_is_refused_at_once()
    {
        await using var widgets = await StartAsync();

        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => widgets.QueueAsync(Widget.Named("made-by-hand"), TimeSpan.Zero));

        Assert.Contains("metadata.uid", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_controller_for_a_type_is_refused()
    {
        var builder = new ServiceCollection();
        var operators = global::KubeOps.Operator.ServiceCollectionExtensions.AddKubernetesOperator(builder);
        operators.AddController<WidgetController, Widget>();

        var error = Assert.Throws<InvalidOperationException>(() => operators.AddController<WidgetController, Widget>());

        Assert.Contains("one controller an entity type", error.Message, StringComparison.Ordinal);
    }

    private Task<OperatorUnderTest> StartAsync() =>
        OperatorUnderTest.StartAsync(services: services => services.AddSingleton<TimeProvider>(_time));

    private async Task ReconciledAsync(OperatorUnderTest widgets, string name)
    {
        await widgets.Meter.NextAsync(Enqueued);
        _time.Tick();
        await widgets.Script.NextAsync(name);
    }
}
