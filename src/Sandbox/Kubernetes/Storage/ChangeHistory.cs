namespace GovernedFinetune.Sandbox.Kubernetes.Storage;

/// <summary>
/// The last changes of one collection, bounded in number and size. Every watch reads from here, at its own place, so
/// that a watch costs no memory however far it is behind. Guarded by the store's lock.
/// </summary>
internal sealed class ChangeHistory
{
    private const int MaximumChanges = 10_000;

    /// <summary>Of the objects after the changes; those before them come on top where they are not in the history themselves.</summary>
    private const long MaximumBytes = 32L << 20;

    private readonly List<Change> _changes = [];
    private int _first;
    private long _bytes;

    /// <summary>The newest revision that is no longer known; watches can resume from here or later.</summary>
    public long Horizon { get; private set; }

    public void Add(Change change)
    {
        _changes.Add(change);
        _bytes += Size(change);
        while (_changes.Count - _first > MaximumChanges || _bytes > MaximumBytes)
        {
            Drop();
        }
    }

    /// <summary>Takes the changes after a revision, oldest first.</summary>
    /// <param name="revision">What the reader has already.</param>
    /// <param name="into">Takes the changes.</param>
    /// <param name="limit">How many changes at most.</param>
    /// <returns>Whether these were all; null when some of them are no longer known.</returns>
    public bool? Read(long revision, List<Change> into, int limit)
    {
        if (revision < Horizon)
        {
            return null;
        }

        var from = IndexAfter(revision);
        var count = Math.Min(limit, _changes.Count - from);
        into.AddRange(_changes.GetRange(from, count));
        return from + count == _changes.Count;
    }

    /// <summary>Forgets everything up to now.</summary>
    public void Compact(long revision)
    {
        while (_first < _changes.Count)
        {
            Drop();
        }

        Horizon = Math.Max(Horizon, revision);
    }

    private void Drop()
    {
        var oldest = _changes[_first];
        _changes[_first++] = null!;
        _bytes -= Size(oldest);
        Horizon = oldest.Revision;
        if (_first > _changes.Count / 2)
        {
            _changes.RemoveRange(0, _first);
            _first = 0;
        }
    }

    private int IndexAfter(long revision)
    {
        var (low, high) = (_first, _changes.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _changes[middle].Revision <= revision ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static int Size(Change change) => change.Object.Utf8.Length;
}
