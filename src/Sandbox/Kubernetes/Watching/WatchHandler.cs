using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Http;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Storage;
using GovernedFinetune.Sandbox.Kubernetes.Tables;

namespace GovernedFinetune.Sandbox.Kubernetes.Watching;

/// <summary>The verb watch: one JSON line an event, until the client leaves or the time is up.</summary>
internal sealed class WatchHandler(ObjectStore store, TimeProvider clock, CancellationToken stopping)
{
    private static readonly TimeSpan BookmarkInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestDefault = TimeSpan.FromMinutes(30);

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
        await using var bookmarks = clock.CreateTimer(
            _ => store.Bookmark(feed!),
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
            EventWriter.WriteError(output, Refusals.Expired($"too old resource version: {since} ({store.Revision})"));
            _ = await output.FlushAsync(http.RequestAborted);
            return;
        }

        foreach (var stored in feed.Snapshot?.Items.Values.Where(filter) ?? [])
        {
            writer.Write(output, "ADDED", stored);
        }

        foreach (var change in feed.Backlog)
        {
            Write(writer, output, change, filter);
        }

        if (initial && query.SendInitialEvents == true && query.AllowWatchBookmarks)
        {
            writer.WriteBookmark(output, feed.Revision, endsInitialEvents: true);
        }

        _ = await output.FlushAsync(http.RequestAborted);
        try
        {
            await StreamAsync(feed, writer, output, filter, end.Token);
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            // The time is up, or the server stops: the stream ends in order.
        }
    }

    private static async Task StreamAsync(ChangeFeed feed, EventWriter writer, PipeWriter output, Func<StoredObject, bool> filter, CancellationToken end)
    {
        while (await feed.Items.WaitToReadAsync(end))
        {
            while (output.UnflushedBytes <= 64 << 10 && feed.Items.TryRead(out var item))
            {
                if (item.Change is { } change)
                {
                    Write(writer, output, change, filter);
                }
                else
                {
                    writer.WriteBookmark(output, item.Revision, endsInitialEvents: false);
                }
            }

            if ((await output.FlushAsync(end)).IsCompleted)
            {
                return;
            }
        }
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

    /// <summary>Writes events in the form that the client asked for.</summary>
    private sealed class EventWriter(ResourceRequest request, Representation shape, TimeProvider clock)
    {
        private readonly string _include = TableBuilder.CheckInclude(request.Query.IncludeObject);
        private bool _described;

        public void Write(PipeWriter output, string type, StoredObject stored)
        {
            if (shape.Shape == Shape.Object && request.Type.Conversion is null)
            {
                WriteLine(output, type, stored.Utf8);
            }
            else
            {
                Write(output, type, request.Served(stored));
            }
        }

        /// <summary>An object left the view: its last state in the view, at the version at which it left.</summary>
        public void WriteLeft(PipeWriter output, StoredObject last, long revision)
        {
            var json = request.Served(last).Copy();
            json["metadata"]!["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture);
            Write(output, "DELETED", json);
        }

        public void WriteBookmark(PipeWriter output, long revision, bool endsInitialEvents)
        {
            var metadata = new JsonObject { ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture), ["creationTimestamp"] = null };
            if (endsInitialEvents)
            {
                metadata["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
            }

            Write(output, "BOOKMARK", new JsonObject
            {
                ["kind"] = request.Type.Kind,
                ["apiVersion"] = request.Type.ApiVersion,
                ["metadata"] = metadata,
            });
        }

        public static void WriteError(PipeWriter output, StatusException error) => WriteLine(output, "ERROR", error.ToJson().ToUtf8());

        private void Write(PipeWriter output, string type, JsonObject json)
        {
            switch (shape.Shape)
            {
                case Shape.Table:
                    var metadata = new JsonObject { ["resourceVersion"] = json.Object("metadata").Text("resourceVersion") };
                    json = new TableBuilder(request.Type, clock).Build(shape.Version, metadata, [json], _include, withColumns: !_described);
                    _described = true;
                    break;
                case Shape.Metadata:
                    json = PartialMetadata.Of(json, shape.Version);
                    break;
            }

            WriteLine(output, type, json.ToUtf8());
        }

        private static void WriteLine(PipeWriter output, string type, byte[] json)
        {
            output.Write("{\"type\":\""u8);
            output.Write(System.Text.Encoding.ASCII.GetBytes(type));
            output.Write("\",\"object\":"u8);
            output.Write(json);
            output.Write("}\n"u8);
        }
    }
}
