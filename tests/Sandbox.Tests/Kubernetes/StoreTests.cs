using System.Globalization;
using System.Runtime.CompilerServices;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Storage;

namespace GovernedFinetune.Sandbox.Tests.Kubernetes;

/// <summary>What the store keeps, and for how long.</summary>
public sealed class StoreTests
{
    private const string Collection = "configmaps";
    private const int History = 10_000;
    private static readonly ObjectKey Key = new("default", "busy");

    [Fact]
    public void The_bytes_and_the_tree_carry_the_version_that_the_write_got()
    {
        var store = new ObjectStore();
        for (var i = 0; i < 1_100; i++)
        {
            // On the way the version grows a digit, twice.
            var stored = Change(store, i);
            Assert.Equal(stored.Revision.ToString(CultureInfo.InvariantCulture), stored.Json["metadata"]!["resourceVersion"]!.ToString());
            Assert.True(JsonNodes.Same(stored.Json, JsonReading.Parse(stored.Utf8)));
        }
    }

    [Fact]
    public void A_feed_gives_every_change_once_and_in_order_however_seldom_it_is_read()
    {
        var store = new ObjectStore();
        using var feed = store.Follow(Collection, store.Revision)!;
        var (read, batch) = (new List<long>(), new List<Change>());
        for (var i = 0; i < 300; i++)
        {
            _ = Change(store, i);
            if (i % 70 == 69)
            {
                while (feed.Read(batch, 32) == FeedState.Behind)
                {
                }

                read.AddRange(batch.Select(c => c.Revision));
                batch.Clear();
            }
        }

        _ = feed.Read(batch, 300);
        Assert.Equal(Enumerable.Range(2, 300).Select(i => (long)i), read.Concat(batch.Select(c => c.Revision)));
    }

    [Fact]
    public void The_history_holds_so_many_changes_and_no_more()
    {
        var store = new ObjectStore();
        var first = Change(store, 0).Revision;
        for (var i = 1; i <= History; i++)
        {
            _ = Change(store, i);
        }

        using var whole = store.Follow(Collection, first);
        Assert.NotNull(whole);
        _ = Change(store, History + 1);
        Assert.Null(store.Follow(Collection, first));
        var batch = new List<Change>();
        Assert.Equal(FeedState.Expired, whole.Read(batch, 10));
        Assert.Empty(batch);
    }

    [Fact]
    public void A_feed_that_is_not_read_holds_nothing_back()
    {
        var store = new ObjectStore();
        using var feed = store.Follow(Collection, store.Revision)!;
        var first = Watched(store);
        for (var i = 0; i <= 2 * History; i++)
        {
            _ = Change(store, i);
        }

        GC.Collect();
        Assert.False(first.TryGetTarget(out _));
        Assert.Equal(FeedState.Expired, feed.Read([], 1));
    }

    [Fact]
    public void A_snapshot_is_kept_for_further_pages_while_the_history_reaches_back_to_it()
    {
        var store = new ObjectStore();
        _ = Change(store, 0);
        var snapshot = store.Snapshot(Collection);
        store.Keep(Collection, snapshot);
        for (var i = 1; i <= History; i++)
        {
            _ = Change(store, i);
        }

        Assert.Same(snapshot, store.Recall(Collection, snapshot.Revision));
        _ = Change(store, History + 1);
        Assert.Null(store.Recall(Collection, snapshot.Revision));
    }

    [Fact]
    public void Only_objects_used_lately_keep_their_trees()
    {
        var store = new ObjectStore();
        var first = store.TryPut(Collection, new ObjectKey("default", "first"), null, Samples.ConfigMap("first"))!;
        var tree = first.Json;
        Assert.Same(tree, first.Json);
        var large = new string('x', 64 << 10);
        for (var i = 0; i < 64; i++)
        {
            var other = Samples.ConfigMap($"other-{i}");
            other["data"]!["large"] = large;
            _ = store.TryPut(Collection, new ObjectKey("default", $"other-{i}"), null, other);
        }

        Assert.NotSame(tree, first.Json);
        Assert.True(JsonNodes.Same(tree, first.Json));
    }

    private static StoredObject Change(ObjectStore store, int number)
    {
        var json = Samples.ConfigMap(Key.Name);
        json["data"]!["n"] = number;
        return store.TryPut(Collection, Key, store.Get(Collection, Key), json)!;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference<StoredObject> Watched(ObjectStore store) => new(Change(store, 0));
}
