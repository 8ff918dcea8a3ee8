namespace GovernedFinetune.Sandbox.Kubernetes.Storage;

/// <summary>The last changes of one collection, bounded in number and size, from which watches resume.</summary>
internal sealed class ChangeHistory
{
    private const int MaximumChanges = 10_000;
    private const long MaximumBytes = 64L << 20;

    private readonly Queue<Change> _changes = new();
    private long _bytes;

    /// <summary>The newest revision that is no longer known; watches can resume from here or later.</summary>
    public long Horizon { get; private set; }

    public void Add(Change change)
    {
        _changes.Enqueue(change);
        _bytes += change.Object.Utf8.Length;
        while (_changes.Count > MaximumChanges || _bytes > MaximumBytes)
        {
            Drop();
        }
    }

    /// <summary>The changes after a revision, oldest first, or null when some of them are no longer known.</summary>
    public IReadOnlyList<Change>? Since(long revision) =>
        revision < Horizon ? null : [.. _changes.SkipWhile(c => c.Revision <= revision)];

    /// <summary>Forgets everything up to now.</summary>
    public void Compact(long revision)
    {
        while (_changes.Count > 0)
        {
            Drop();
        }

        Horizon = Math.Max(Horizon, revision);
    }

    private void Drop()
    {
        var oldest = _changes.Dequeue();
        _bytes -= oldest.Object.Utf8.Length;
        Horizon = oldest.Revision;
    }
}
