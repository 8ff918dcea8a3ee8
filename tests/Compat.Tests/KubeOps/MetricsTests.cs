using System.Collections.Concurrent;
using System.Diagnostics;
using GovernedFinetune.Compat.Tests.Operators.Fakes;
using KubeOps.Abstractions.Builder;

namespace GovernedFinetune.Compat.Tests.Operators;

public sealed class MetricsTests
{
    [Fact]
    public async Task Events_entries_and_reconciliations_are_counted_on_the_operators_meter()
    {
        await using var widgets = await OperatorUnderTest.StartAsync(it => it
            .WithParallelReconciliation(parallel => parallel.WithMaxErrorRetries(1)));
        var meter = widgets.Meter;
        widgets.Script.Answer = (call, _) => call.Widget.Metadata.Name == "a"
            ? throw new InvalidOperationException("broken")
            : Answers.Success(call);

        await widgets.CreateAsync("a");
        await widgets.Script.NextAsync("a");
        await widgets.Script.NextAsync("a");
        await widgets.SettleAsync();

        const string Widgets = "kubeops.entity.type=Widget";
        Assert.Contains($"kubeops.operator.watcher.events {Widgets},kubeops.watcher.event.type=added", meter.Seen);
        Assert.Contains($"kubeops.operator.queue.enqueued {Widgets},kubeops.trigger.source=api_server", meter.Seen);
        Assert.Single(
            meter.Seen, measured => measured == $"kubeops.operator.queue.requeued {Widgets},kubeops.requeue.reason=error_retry");
        Assert.Contains(
            $"kubeops.operator.reconciliation error.type=System.InvalidOperationException,{Widgets},"
            + "kubeops.reconciliation.status=failure,kubeops.reconciliation.type=added",
            meter.Seen);
        Assert.Contains(
            $"kubeops.operator.reconciliation.duration {Widgets},"
            + "kubeops.reconciliation.status=success,kubeops.reconciliation.type=added",
            meter.Seen);
        Assert.Equal(0, meter.Scheduled());
        Assert.Contains($"kubeops.operator.queue.depth {Widgets},kubeops.queue.state=ready", meter.Seen);
        Assert.Contains($"kubeops.operator.queue.depth {Widgets},kubeops.queue.state=scheduled", meter.Seen);
    }

    [Fact]
    public async Task Metrics_can_be_turned_off()
    {
        await using var widgets = await OperatorUnderTest.StartAsync(it => it.WithMetrics(false));

        await widgets.CreateAsync("a");
        await widgets.Script.NextAsync();

        Assert.Empty(widgets.Meter.Seen);
    }

    [Fact]
    public async Task Every_event_and_every_reconciliation_is_an_activity_of_the_operators_source()
    {
        var started = new ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "traced-operator",
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStarted = activity => started.Enqueue(activity.OperationName),
        };
        ActivitySource.AddActivityListener(listener);
        await using var widgets = await OperatorUnderTest.StartAsync(it => it.WithName("traced-operator"));

        var widget = await widgets.CreateAsync("a");
        await widgets.Script.NextAsync();

        Assert.Contains("processing \"Added\" event", started);
        Assert.Contains($"Processing queued \"Added\" event for \"Widget/a (UID: {widget.Metadata.Uid})\".", started);
    }
}
