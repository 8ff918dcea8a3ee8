using System.Threading.Channels;

namespace GovernedFinetune.Sandbox.Kubernetes.Storage;

/// <summary>What a feed delivers: a change, or word that every change up to a revision was delivered.</summary>
/// <param name="Change">The change; null for a bookmark.</param>
/// <param name="Revision">Revision of the change or bookmark.</param>
internal readonly record struct FeedItem(Change? Change, long Revision);

/// <summary>The changes of one collection, for one watch. A reader that falls too far behind is cut off, not waited for.</summary>
internal sealed class ChangeFeed(CollectionSnapshot? snapshot, IReadOnlyList<Change> backlog, long revision, Action<ChangeFeed> forget) : IDisposable
{
    private const int MaximumLag = 20_000;

    private readonly Channel<FeedItem> _channel = Channel.CreateBounded<FeedItem>(new BoundedChannelOptions(MaximumLag)
    {
        SingleReader = true,
        FullMode = BoundedChannelFullMode.Wait,
    });

    /// <summary>What was there when the feed was opened, if asked for.</summary>
    public CollectionSnapshot? Snapshot { get; } = snapshot;

    /// <summary>Changes between the asked revision and the opening of the feed.</summary>
    public IReadOnlyList<Change> Backlog { get; } = backlog;

    /// <summary>The store's revision when the feed was opened.</summary>
    public long Revision { get; } = revision;

    /// <summary>Changes since the feed was opened; completes when the feed ends.</summary>
    public ChannelReader<FeedItem> Items => _channel.Reader;

    /// <summary>Adds an item; a feed that is full ends.</summary>
    public void Offer(FeedItem item)
    {
        if (!_channel.Writer.TryWrite(item))
        {
            End();
        }
    }

    /// <summary>Ends the feed after what it already holds.</summary>
    public void End() => _channel.Writer.TryComplete();

    /// <inheritdoc />
    public void Dispose()
    {
        forget(this);
        End();
    }
}
