using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using GovernedFinetune.Sandbox.Kubernetes.Http;
using GovernedFinetune.Sandbox.Kubernetes.Storage;

namespace GovernedFinetune.Sandbox.Kubernetes.Watching;

/// <summary>The verb watch: one JSON line an event, until the client leaves or the time is up.</summary>
internal sealed class WatchHandler(ObjectStore store, TimeProvider clock, CancellationToken stopping)
{
    private static readonly TimeSpan BookmarkInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestDefault = TimeSpan.FromMinutes(30);

    /// <summary>Bytes after which a flush pays.</summary>
    private const int FlushAt = 64 << 10;

    /// <summary>Changes that are read at once. They are all that a client which does not read holds beyond the history.</summary>
    private const int MaximumReading = 32;

    public async Task WatchAsync(ResourceRequest request)
    {
        var query = request.Query;
        var shape = Representation.Negotiate(request.Http.Request);
        var filter = request.Filter();
        var initial = InitialEvents(query);
        var since = initial || query.Version is null or 0 ? null : query.Version;
        var writer = new EventWriter(request, shape, clock);

        var http = request.Http;

        // Feed and timers begin before the answer does: whoever sees its first byte knows that the watch runs.
        using var feed = store.Follow(request.Type.Collection, since);
        using var time = new CancellationTokenSource(TimeLimit(query), clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(time.Token, http.RequestAborted, stopping);
        var bookmarkDue = new StrongBox<bool>();
        await using var bookmarks = clock.CreateTimer(
            _ =>
            {
                Volatile.Write(ref bookmarkDue.Value, true);
                feed!.Wake();
            },
            null,
            query.AllowWatchBookmarks && feed is not null ? BookmarkInterval : Timeout.InfiniteTimeSpan,
            BookmarkInterval);
        http.Response.StatusCode = 200;
        http.Response.ContentType = "application/json";
        http.Response.Headers.CacheControl = "no-cache, private";
        await http.Response.StartAsync(http.RequestAborted);
        var output = http.Response.BodyWriter;
        if (feed is null)
        {
            // As the real server's watch cache does: the stream begins, and its first event says that it cannot go on.
            await WriteExpiredAsync(output, since ?? 0, http.RequestAborted);
            return;
        }

        try
        {
            await WriteInitialAsync(feed, writer, output, filter, end.Token);
            if (initial && query.SendInitialEvents == true && query.AllowWatchBookmarks)
            {
                writer.WriteBookmark(output, feed.Revision, endsInitialEvents: true);
            }

            _ = await output.FlushAsync(end.Token);
            await StreamAsync(feed, writer, output, filter, bookmarkDue, end.Token);
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            // The time is up, or the server stops: the stream ends in order.
        }
    }

    private static async Task WriteInitialAsync(ChangeFeed feed, EventWriter writer, PipeWriter output, Func<StoredObject, bool> filter, CancellationToken end)
    {
        foreach (var stored in feed.TakeSnapshot()?.Items.Values.Where(filter) ?? [])
        {
            writer.Write(output, "ADDED", stored);
            if (output.UnflushedBytes > FlushAt)
            {
                _ = await output.FlushAsync(end);
            }
        }
    }

    private async Task StreamAsync(
        ChangeFeed feed, EventWriter writer, PipeWriter output, Func<StoredObject, bool> filter, StrongBox<bool> bookmarkDue, CancellationToken end)
    {
        var changes = new List<Change>(MaximumReading);
        while (await feed.WaitAsync(end))
        {
            FeedState state;
            do
            {
                var known = feed.Revision;
                state = feed.Read(changes, MaximumReading);
                if (state == FeedState.Expired)
                {
                    // The client read so slowly that the history went past it: it has to list anew.
                    await WriteExpiredAsync(output, known, end);
                    return;
                }

                foreach (var change in changes)
                {
                    Write(writer, output, change, filter);
                    if (output.UnflushedBytes > FlushAt && (await output.FlushAsync(end)).IsCompleted)
                    {
                        return;
                    }
                }

                changes.Clear();
                if (state == FeedState.Current && Interlocked.Exchange(ref bookmarkDue.Value, false))
                {
                    writer.WriteBookmark(output, feed.Revision, endsInitialEvents: false);
                }

                if ((await output.FlushAsync(end)).IsCompleted)
                {
                    return;
                }
            }
            while (state == FeedState.Behind);
        }
    }

    private async Task WriteExpiredAsync(PipeWriter output, long since, CancellationToken cancellationToken)
    {
        EventWriter.WriteError(output, Refusals.Expired($"too old resource version: {since} ({store.Revision})"));
        _ = await output.FlushAsync(cancellationToken);
    }

    /// <summary>What a change means to a watch that sees only some objects: they may enter and leave its view.</summary>
    private static void Write(EventWriter writer, PipeWriter output, Change change, Func<StoredObject, bool> filter)
    {
        var before = change.Previous is { } previous && filter(previous);
        var after = change.Type != ChangeType.Deleted && filter(change.Object);
        switch (before, after)
        {
            case (false, true):
                writer.Write(output, "ADDED", change.Object);
                break;
            case (true, true):
                writer.Write(output, "MODIFIED", change.Object);
                break;
            case (true, false) when change.Type == ChangeType.Deleted:
                writer.Write(output, "DELETED", change.Object);
                break;
            case (true, false):
                writer.WriteLeft(output, change.Previous!, change.Revision);
                break;
        }
    }

    private static bool InitialEvents(RequestQuery query)
    {
        if (query.SendInitialEvents is { } send)
        {
            if (query.ResourceVersionMatch != "NotOlderThan")
            {
                throw Refusals.Unprocessable("sendInitialEvents: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
            }

            return send;
        }

        return query.ResourceVersionMatch.Length > 0
            ? throw Refusals.Unprocessable("resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")
            : query.Version is null or 0;
    }

    /// <summary>As asked, else between 30 and 60 minutes, so that watches opened together do not all end together.</summary>
    private static TimeSpan TimeLimit(RequestQuery query) => query.TimeoutSeconds > 0
        ? TimeSpan.FromSeconds(Math.Min(query.TimeoutSeconds, int.MaxValue / 1000))
        : ShortestDefault * (1 + Random.Shared.NextDouble());
}
