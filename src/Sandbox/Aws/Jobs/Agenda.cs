namespace GovernedFinetune.Sandbox.Aws.Jobs;

/// <summary>
/// What a job is to do at set times. It catches up before every look at the job, so whoever moves a clock and then looks
/// sees each step done, in order and at its own time, without a timer to wait for; a timer serves jobs that nobody looks at.
/// </summary>
/// <param name="clock">The sandbox's clock.</param>
internal sealed class Agenda(TimeProvider clock) : IDisposable
{
    private readonly PriorityQueue<Action<DateTimeOffset>, (DateTimeOffset Due, int Order)> _entries = new();
    private ITimer? _timer;
    private int _order;
    private bool _disposed;

    /// <summary>Guards the agenda and the state of the job that it belongs to. Entries run while it is held.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Does <paramref name="act"/> at a time; at once when it has come. The entry is given the time it was due.</summary>
    public void At(DateTimeOffset due, Action<DateTimeOffset> act)
    {
        lock (Gate)
        {
            _entries.Enqueue(act, (due, _order++));
            Wake();
        }
    }

    /// <summary>Drops everything that is still to do.</summary>
    public void Clear()
    {
        lock (Gate)
        {
            _entries.Clear();
        }
    }

    /// <summary>Does everything that is due.</summary>
    public void CatchUp()
    {
        lock (Gate)
        {
            while (_entries.TryPeek(out var act, out var at) && at.Due <= clock.GetUtcNow())
            {
                _ = _entries.Dequeue();
                act(at.Due);
            }

            Wake();
        }
    }

    public void Dispose()
    {
        lock (Gate)
        {
            _disposed = true;
            _entries.Clear();
            _timer?.Dispose();
        }
    }

    private void Wake()
    {
        if (_disposed || !_entries.TryPeek(out _, out var next))
        {
            return;
        }

        var wait = next.Due - clock.GetUtcNow();
        wait = wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
        if (_timer is null)
        {
            _timer = clock.CreateTimer(_ => CatchUp(), null, wait, Timeout.InfiniteTimeSpan);
        }
        else
        {
            _ = _timer.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }
}
