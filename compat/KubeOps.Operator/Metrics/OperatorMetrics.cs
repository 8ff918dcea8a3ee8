using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using k8s;
using KubeOps.Abstractions.Builder;
using KubeOps.Abstractions.Reconciliation;

namespace KubeOps.Operator.Metrics;

/// <summary>Why something was queued again.</summary>
internal static class RequeueReasons
{
    public const string Asked = "operator_requeue";
    public const string Conflict = "conflict";
    public const string ErrorRetry = "error_retry";
}

/// <summary>The instruments of the operator host, on a meter that has the operator's name. Names and tags are upstream's.</summary>
internal sealed class OperatorMetrics
{
    private readonly ConcurrentBag<ObservedQueue> _queues = [];
    private readonly Counter<long> _enqueued;
    private readonly Counter<long> _requeued;
    private readonly Counter<long> _discarded;
    private readonly Counter<long> _reconciliations;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _events;
    private readonly Counter<long> _reconnections;

    public OperatorMetrics(IMeterFactory meters, OperatorSettings settings)
    {
        var meter = meters.Create(settings.Name);
        meter.CreateObservableGauge("kubeops.operator.queue.depth", ObserveDepth, "{items}");
        _enqueued = meter.CreateCounter<long>("kubeops.operator.queue.enqueued", "{items}");
        _requeued = meter.CreateCounter<long>("kubeops.operator.queue.requeued", "{items}");
        _discarded = meter.CreateCounter<long>("kubeops.operator.queue.discarded", "{items}");
        _reconciliations = meter.CreateCounter<long>("kubeops.operator.reconciliation", "{reconciliations}");
        _duration = meter.CreateHistogram(
            "kubeops.operator.reconciliation.duration",
            "s",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
            });
        _events = meter.CreateCounter<long>("kubeops.operator.watcher.events", "{events}");
        _reconnections = meter.CreateCounter<long>("kubeops.operator.watcher.reconnections", "{reconnections}");
    }

    public void ObserveQueue(string entityType, Func<int> scheduled, Func<int> ready) =>
        _queues.Add(new ObservedQueue(entityType, scheduled, ready));

    public void RecordEnqueue(string entityType, ReconciliationTriggerSource source) => _enqueued.Add(
        1,
        Entity(entityType),
        new("kubeops.trigger.source", source == ReconciliationTriggerSource.ApiServer ? "api_server" : "operator"));

    public void RecordRequeue(string entityType, string reason) =>
        _requeued.Add(1, Entity(entityType), new("kubeops.requeue.reason", reason));

    public void RecordDiscard(string entityType) => _discarded.Add(1, Entity(entityType));

    public void RecordReconciliation(string entityType, ReconciliationType type, TimeSpan duration, string? errorType)
    {
        var tags = new TagList
        {
            Entity(entityType),
            new("kubeops.reconciliation.type", Lower(type)),
            new("kubeops.reconciliation.status", errorType is null ? "success" : "failure"),
        };
        if (errorType is not null)
        {
            tags.Add("error.type", errorType);
        }

        _reconciliations.Add(1, tags);
        _duration.Record(duration.TotalSeconds, tags);
    }

    public void RecordWatchEvent(string entityType, WatchEventType type) =>
        _events.Add(1, Entity(entityType), new("kubeops.watcher.event.type", Lower(type)));

    public void RecordReconnection(string entityType) => _reconnections.Add(1, Entity(entityType));

    private static KeyValuePair<string, object?> Entity(string type) => new("kubeops.entity.type", type);

#pragma warning disable CA1308 // Tag values are lower case.
    private static string Lower<TEnum>(TEnum value)
        where TEnum : struct, Enum => value.ToString().ToLowerInvariant();
#pragma warning restore CA1308

    private IEnumerable<Measurement<int>> ObserveDepth()
    {
        foreach (var queue in _queues)
        {
            yield return new(queue.Scheduled(), Entity(queue.EntityType), new("kubeops.queue.state", "scheduled"));
            yield return new(queue.Ready(), Entity(queue.EntityType), new("kubeops.queue.state", "ready"));
        }
    }

    private sealed record ObservedQueue(string EntityType, Func<int> Scheduled, Func<int> Ready);
}
