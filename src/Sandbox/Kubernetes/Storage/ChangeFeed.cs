using System.Threading.Channels;

namespace GovernedFinetune.Sandbox.Kubernetes.Storage;

/// <summary>How a feed stands after a reading.</summary>
internal enum FeedState
{
    /// <summary>Everything was read.</summary>
    Current,

    /// <summary>There is more.</summary>
    Behind,

    /// <summary>Changes that were not read yet are no longer known.</summary>
    Expired,
}

/// <summary>
/// One watch's place in the changes of a collection. It holds no changes itself: a reader that is slow finds them in the
/// history while that lasts, and then has to begin anew.
/// </summary>
internal sealed class ChangeFeed : IDisposable
{
    private readonly ObjectStore _store;
    private readonly Channel<bool> _wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1)
    {
        SingleReader = true,
        FullMode = BoundedChannelFullMode.DropWrite,
    });

    private CollectionSnapshot? _snapshot;

    public ChangeFeed(ObjectStore store, string collection, CollectionSnapshot? snapshot, long revision)
    {
        _store = store;
        _snapshot = snapshot;
        Collection = collection;
        Revision = revision;
        Wake();
    }

    /// <summary>The collection.</summary>
    public string Collection { get; }

    /// <summary>Every change up to here was read.</summary>
    public long Revision { get; set; }

    /// <summary>What was there when the feed was opened, if asked for. It is handed out once, so as not to keep it.</summary>
    public CollectionSnapshot? TakeSnapshot() => Interlocked.Exchange(ref _snapshot, null);

    /// <summary>Waits for something to read.</summary>
    /// <returns>False when the feed has ended.</returns>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        if (!await _wakes.Reader.WaitToReadAsync(cancellationToken))
        {
            return false;
        }

        _ = _wakes.Reader.TryRead(out _);
        return true;
    }

    /// <summary>Reads the next changes.</summary>
    /// <param name="into">Takes the changes, oldest first.</param>
    /// <param name="limit">How many at most.</param>
    public FeedState Read(List<Change> into, int limit) => _store.Read(this, into, limit);

    /// <summary>Says that there may be something to read.</summary>
    public void Wake() => _wakes.Writer.TryWrite(true);

    /// <summary>Ends the feed after what there is to read now.</summary>
    public void End() => _wakes.Writer.TryComplete();

    /// <inheritdoc />
    public void Dispose()
    {
        _store.Leave(this);
        End();
    }
}
