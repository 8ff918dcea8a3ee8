using System.Diagnostics;
using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;
using KubeOps.Abstractions.Builder;
using KubeOps.Abstractions.Entities;
using KubeOps.Abstractions.Reconciliation;
using KubeOps.KubernetesClient;
using KubeOps.Operator.Hosting;
using KubeOps.Operator.Logging;
using KubeOps.Operator.Metrics;
using KubeOps.Operator.Queue;
using Microsoft.Extensions.Logging;

namespace KubeOps.Operator.Watcher;

/// <summary>
/// Watches the objects of one type and queues what is news. There is no list: a watch without a version begins with an
/// ADDED event for every object. It goes on from the last BOOKMARK; when that is too old (410) it begins again.
/// </summary>
internal sealed class ResourceWatcher<TEntity>(
    IKubernetesClient client,
    TimedQueue<TEntity> queue,
    SeenEvents<TEntity> seen,
    OperatorSettings settings,
    IEntityLabelSelector<TEntity> labels,
    IEntityFieldSelector<TEntity> fields,
    ActivitySource activitySource,
    TimeProvider time,
    ILogger<ResourceWatcher<TEntity>> logger,
    OperatorMetrics? metrics = null)
    where TEntity : IKubernetesObject<V1ObjectMeta>
{
    private static readonly string Kind = typeof(TEntity).Name;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var position = new Position();
        var failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            TimeSpan pause;
            try
            {
                await WatchAsync(position, cancellationToken);
                failures = 0;
                pause = Backoff.BetweenWatches();
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception end) when (IsEmpty(end))
            {
                pause = Backoff.BetweenWatches();
            }
            catch (Exception gone) when (IsGone(gone))
            {
                logger.WatchBeginsAgain(Kind, position.Version);
                position.Version = null;
                failures = 0;
                pause = Backoff.BetweenWatches();
            }
            catch (Exception failure)
            {
                pause = Backoff.After(++failures);
                metrics?.RecordReconnection(Kind);
                logger.WatchFailed(failure, Kind, pause);
            }

            await Task.Delay(pause, time, cancellationToken);
        }
    }

    private async Task WatchAsync(Position position, CancellationToken cancellationToken)
    {
        var events = client.WatchAsync<TEntity>(
            settings.Namespace,
            resourceVersion: position.Version,
            labelSelector: await labels.GetLabelSelectorAsync(cancellationToken),
            fieldSelector: await fields.GetFieldSelectorAsync(cancellationToken),
            allowWatchBookmarks: true,
            cancellationToken: cancellationToken);
        await foreach (var (type, entity) in events)
        {
            metrics?.RecordWatchEvent(Kind, type);
            if (type == WatchEventType.Bookmark)
            {
                position.Version = entity.ResourceVersion();
            }
            else
            {
                OnEvent(type, entity, cancellationToken);
            }
        }
    }

    private void OnEvent(WatchEventType type, TEntity entity, CancellationToken cancellationToken)
    {
        using var activity = activitySource.StartActivity($"processing \"{type}\" event", ActivityKind.Consumer);
        using var scope = logger.BeginScope(
            LogScope.For(type.ToString(), ReconciliationTriggerSource.ApiServer, entity));
        try
        {
            var entry = new QueueEntry<TEntity>(
                entity, ToReconciliation(type), ReconciliationTriggerSource.ApiServer, RetryCount: 0);
            if (seen.IsNews(type, entity) && queue.Enqueue(entry, TimeSpan.Zero, cancellationToken))
            {
                seen.Remember(type, entity);
            }
        }
        catch (Exception failure)
        {
            // One object that cannot be queued must not end the watch for all others.
            logger.EventFailed(failure, type, entity.ToIdentifierString());
        }
    }

    private static ReconciliationType ToReconciliation(WatchEventType type) => type switch
    {
        WatchEventType.Added => ReconciliationType.Added,
        WatchEventType.Modified => ReconciliationType.Modified,
        WatchEventType.Deleted => ReconciliationType.Deleted,
        _ => throw new NotSupportedException($"A watch event of type {type} asks for no reconciliation."),
    };

    private static bool IsGone(Exception failure) => failure switch
    {
        KubernetesException inStream => inStream.Status?.Code == (int)HttpStatusCode.Gone,
        HttpOperationException http => http.Response?.StatusCode == HttpStatusCode.Gone,
        _ => false,
    };

    // A watch that the server ends before its first line: the client misses that line.
    private static bool IsEmpty(Exception failure) =>
        failure is HttpRequestException { InnerException: EndOfStreamException };

    private sealed class Position
    {
        public string? Version { get; set; }
    }
}
