using System.Threading.Channels;
using k8s;
using k8s.Models;
using KubeOps.Abstractions.Reconciliation;
using KubeOps.Operator.Metrics;

namespace KubeOps.Operator.Queue;

/// <summary>
/// Reconciliations that wait for their time, one an object, and those whose time has come, in order. An entry becomes
/// ready at a tick of 100 ms. What waits is merged: the earliest time wins, the last entity and retry count win, and
/// a deletion stays a deletion. What is ready is not merged.
/// </summary>
internal sealed class TimedQueue<TEntity> : IDisposable
    where TEntity : IKubernetesObject<V1ObjectMeta>
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Waiting> _waiting = [];
    private readonly Channel<QueueEntry<TEntity>> _ready = Channel.CreateUnbounded<QueueEntry<TEntity>>();
    private readonly TimeProvider _time;
    private readonly OperatorMetrics? _metrics;
    private readonly ITimer _timer;
    private bool _suspended;

    public TimedQueue(TimeProvider time, OperatorMetrics? metrics = null)
    {
        _time = time;
        _metrics = metrics;
        _timer = time.CreateTimer(_ => Promote(), state: null, Tick, Tick);
        metrics?.ObserveQueue(typeof(TEntity).Name, () => _waiting.Count, () => _ready.Reader.Count);
    }

    /// <summary>False when the entry is dropped: intake is suspended, or whoever asks has been cancelled.</summary>
    public bool Enqueue(QueueEntry<TEntity> entry, TimeSpan queueIn, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return false;
        }

        var key = KeyOf(entry.Entity);
        lock (_gate)
        {
            if (_suspended)
            {
                return false;
            }

            var due = _time.GetUtcNow() + queueIn;
            if (_waiting.TryGetValue(key, out var waiting))
            {
                if (IsDeletionOfAnother(waiting.Entry, entry))
                {
                    // Same name, two lives. Upstream merges the two, calls DeletedAsync with the new object and never
                    // reconciles it; here each gets its own turn.
                    _ready.Writer.TryWrite(waiting.Entry);
                }
                else
                {
                    due = due < waiting.Due ? due : waiting.Due;
                    entry = waiting.Entry.Type == ReconciliationType.Deleted
                        ? entry with { Type = ReconciliationType.Deleted }
                        : entry;
                }
            }

            _waiting[key] = new Waiting(entry, due);
        }

        _metrics?.RecordEnqueue(typeof(TEntity).Name, entry.Source);
        return true;
    }

    public IAsyncEnumerable<QueueEntry<TEntity>> ReadAllAsync(CancellationToken cancellationToken) =>
        _ready.Reader.ReadAllAsync(cancellationToken);

    /// <summary>From here on nothing gets in and nothing becomes ready.</summary>
    public void SuspendIntake()
    {
        lock (_gate)
        {
            _suspended = true;
        }
    }

    public void ResumeIntake()
    {
        lock (_gate)
        {
            _suspended = false;
        }
    }

    /// <summary>Forgets everything that waits or is ready.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _waiting.Clear();
            while (_ready.Reader.TryRead(out _))
            {
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    private static string KeyOf(TEntity entity)
    {
        // Upstream takes an object without a uid, fails to lock it later and drops it after the retries.
        if (string.IsNullOrWhiteSpace(entity.Name()) || string.IsNullOrWhiteSpace(entity.Uid()))
        {
            throw new InvalidOperationException(
                $"Cannot queue a {typeof(TEntity).Name} without metadata.name and metadata.uid "
                + $"(name '{entity.Name()}', uid '{entity.Uid()}'). Queue objects as the API server returned them.");
        }

        return $"{entity.Namespace()}/{entity.Name()}";
    }

    private static bool IsDeletionOfAnother(QueueEntry<TEntity> waiting, QueueEntry<TEntity> incoming) =>
        (waiting.Type == ReconciliationType.Deleted || incoming.Type == ReconciliationType.Deleted)
        && waiting.Entity.Uid() != incoming.Entity.Uid();

    private void Promote()
    {
        lock (_gate)
        {
            if (_suspended)
            {
                return;
            }

            var now = _time.GetUtcNow();
            foreach (var (key, waiting) in _waiting)
            {
                if (waiting.Due <= now)
                {
                    _waiting.Remove(key);
                    _ready.Writer.TryWrite(waiting.Entry);
                }
            }
        }
    }

    private readonly record struct Waiting(QueueEntry<TEntity> Entry, DateTimeOffset Due);
}
