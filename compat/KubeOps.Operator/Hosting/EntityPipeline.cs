using k8s;
using k8s.LeaderElection;
using k8s.Models;
using KubeOps.Operator.Logging;
using KubeOps.Operator.Queue;
using KubeOps.Operator.Watcher;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KubeOps.Operator.Hosting;

/// <summary>
/// Everything that works for one entity type: the watch, which fills the queue, and the consumer, which empties it. Both
/// run for a term: from start to stop, or where there is an election while this process leads.
/// </summary>
internal sealed class EntityPipeline<TEntity>(
    TimedQueue<TEntity> queue,
    SeenEvents<TEntity> seen,
    ResourceWatcher<TEntity> watcher,
    QueueConsumer<TEntity> consumer,
    TimeProvider time,
    ILogger<EntityPipeline<TEntity>> logger,
    LeaderElector? elector = null) : IHostedService
    where TEntity : IKubernetesObject<V1ObjectMeta>
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly List<Term> _running = [];
    private Term? _current;
    private bool _stopped;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (elector is null)
        {
            BeginTerm();
            return Task.CompletedTask;
        }

        queue.SuspendIntake();
        elector.OnStartedLeading += BeginTerm;
        elector.OnStoppedLeading += EndTerm;
        if (elector.IsLeader())
        {
            BeginTerm();
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (elector is not null)
        {
            elector.OnStartedLeading -= BeginTerm;
            elector.OnStoppedLeading -= EndTerm;
        }

        Term[] running;
        lock (_gate)
        {
            _stopped = true;
            running = [.. _running];
        }

        foreach (var term in running)
        {
            term.Cancel();
        }

        try
        {
            await Task.WhenAll(running.Select(term => term.Completion)).WaitAsync(Grace, time, cancellationToken);
        }
        catch (Exception late) when (late is TimeoutException or OperationCanceledException)
        {
            logger.StoppedWithWorkUnderWay(typeof(TEntity).Name);
        }
    }

    private void BeginTerm()
    {
        lock (_gate)
        {
            if (_stopped || _current is not null)
            {
                return;
            }

            logger.TermBegins(typeof(TEntity).Name);
            queue.ResumeIntake();
            _current = new Term(time, logger, consumer.RunAsync, watcher.RunAsync);
            _running.RemoveAll(term => term.Completion.IsCompleted);
            _running.Add(_current);
        }
    }

    // Called by the elector, which must not wait: what is under way is cancelled and left to end by itself.
    private void EndTerm()
    {
        lock (_gate)
        {
            if (_current is null)
            {
                return;
            }

            logger.TermEnds(typeof(TEntity).Name);
            queue.SuspendIntake();
            _current.Cancel();
            _current = null;
            queue.Clear();
            seen.Clear();
        }
    }
}
