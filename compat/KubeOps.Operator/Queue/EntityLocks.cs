namespace KubeOps.Operator.Queue;

/// <summary>One lock a uid, so that no object is reconciled twice at the same time. A lock that nobody wants is forgotten.</summary>
internal sealed class EntityLocks
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Held> _held = [];

    /// <summary>The lock, or null when it is taken and <paramref name="wait"/> is false. Dispose to give it back.</summary>
    public async Task<IDisposable?> AcquireAsync(string uid, bool wait, CancellationToken cancellationToken)
    {
        var held = Refer(uid);
        var acquired = false;
        try
        {
            acquired = await held.Semaphore.WaitAsync(wait ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, cancellationToken);
            return acquired ? new Release(this, uid, held) : null;
        }
        finally
        {
            if (!acquired)
            {
                Forget(uid, held);
            }
        }
    }

    private Held Refer(string uid)
    {
        lock (_gate)
        {
            if (!_held.TryGetValue(uid, out var held))
            {
                _held[uid] = held = new Held();
            }

            held.References++;
            return held;
        }
    }

    private void Forget(string uid, Held held)
    {
        lock (_gate)
        {
            if (--held.References == 0)
            {
                _held.Remove(uid);
                held.Semaphore.Dispose();
            }
        }
    }

    private sealed class Held
    {
        public SemaphoreSlim Semaphore { get; } = new(1, 1);

        public int References { get; set; }
    }

    private sealed class Release(EntityLocks owner, string uid, Held held) : IDisposable
    {
        public void Dispose()
        {
            held.Semaphore.Release();
            owner.Forget(uid, held);
        }
    }
}
