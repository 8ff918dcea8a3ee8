using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Kubernetes.Storage;

/// <summary>Objects of one collection at one moment.</summary>
/// <param name="Revision">The store's revision at that moment.</param>
/// <param name="Items">The objects.</param>
internal sealed record CollectionSnapshot(long Revision, ImmutableSortedDictionary<ObjectKey, StoredObject> Items);

/// <summary>
/// All objects in memory, with one revision counter over all of them, as etcd has. A write succeeds only when the
/// object is still the one that the writer read.
/// </summary>
internal sealed class ObjectStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Collection> _collections = new(StringComparer.Ordinal);
    private readonly OwnerIndex _owners = new();
    private readonly RecentTrees _trees = new();
    private long _revision = 1;

    /// <summary>The revision of the last write.</summary>
    public long Revision => Volatile.Read(ref _revision);

    /// <summary>The object, or null.</summary>
    public StoredObject? Get(string collection, ObjectKey key) => Snapshot(collection).Items.GetValueOrDefault(key);

    /// <summary>All objects of a collection.</summary>
    public CollectionSnapshot Snapshot(string collection)
    {
        lock (_gate)
        {
            return new CollectionSnapshot(_revision, Of(collection).Items);
        }
    }

    /// <summary>All objects of one namespace, with the collection that each is in.</summary>
    public IReadOnlyList<(string Collection, StoredObject Object)> InNamespace(string name)
    {
        lock (_gate)
        {
            return [.. _collections.SelectMany(c => c.Value.Items.Values.Where(o => o.Key.Namespace == name).Select(o => (c.Key, o)))];
        }
    }

    /// <summary>The objects that name <paramref name="ownerUid"/> as an owner.</summary>
    public IReadOnlyList<(string Collection, ObjectKey Key)> DependentsOf(string ownerUid)
    {
        lock (_gate)
        {
            return _owners.DependentsOf(ownerUid);
        }
    }

    /// <summary>Where the object with this UID is, or null when there is none.</summary>
    public (string Collection, ObjectKey Key)? Locate(string uid)
    {
        lock (_gate)
        {
            return _owners.Locate(uid);
        }
    }

    /// <summary>Whether any object has this UID.</summary>
    public bool HasUid(string uid) => Locate(uid) is not null;

    /// <summary>Makes or replaces an object. The store takes <paramref name="next"/> over; it must not be used afterwards.</summary>
    /// <returns>The object as it now is, or null when it is no longer <paramref name="expected"/>.</returns>
    public StoredObject? TryPut(string collection, ObjectKey key, StoredObject? expected, JsonObject next) =>
        TryPut(collection, key, expected, Draft(next));

    /// <summary>Deletes an object.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="key">The object.</param>
    /// <param name="expected">The object as the writer read it.</param>
    /// <param name="last">Its last state, which watches are told; the store takes it over.</param>
    /// <returns>The last state, or null when the object is no longer <paramref name="expected"/>.</returns>
    public StoredObject? TryRemove(string collection, ObjectKey key, StoredObject expected, JsonObject last) =>
        TryRemove(collection, key, expected, Draft(last));

    /// <summary>The same with an object that is written out already.</summary>
    public StoredObject? TryPut(string collection, ObjectKey key, StoredObject? expected, Draft next) =>
        TryCommit(collection, key, expected, next, expected is null ? ChangeType.Added : ChangeType.Modified);

    /// <summary>The same with a last state that is written out already.</summary>
    public StoredObject? TryRemove(string collection, ObjectKey key, StoredObject expected, Draft last) =>
        TryCommit(collection, key, expected, last, ChangeType.Deleted);

    /// <summary>Writes an object out, to be put or removed. The draft takes it over.</summary>
    public Draft Draft(JsonObject json) => Storage.Draft.Of(json, Revision);

    private StoredObject? TryCommit(string collection, ObjectKey key, StoredObject? expected, Draft next, ChangeType type)
    {
        lock (_gate)
        {
            var home = Of(collection);
            if (!ReferenceEquals(home.Items.GetValueOrDefault(key), expected))
            {
                return null;
            }

            var revision = _revision + 1;
            var stored = next.Seal(key, revision, _trees);
            Volatile.Write(ref _revision, revision);
            var gone = type == ChangeType.Deleted;
            home.Items = gone ? home.Items.Remove(key) : home.Items.SetItem(key, stored);
            _owners.Update(collection, key, expected, gone ? null : stored);
            home.Publish(new Change(type, stored, expected));
            expected?.Shrink();
            return stored;
        }
    }

    /// <summary>Opens a feed of a collection's changes.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="since">Changes after this revision come first; null starts with a snapshot of what is there.</param>
    /// <returns>The feed, or null when the changes after <paramref name="since"/> are no longer known.</returns>
    public ChangeFeed? Follow(string collection, long? since)
    {
        lock (_gate)
        {
            var home = Of(collection);
            if (since < home.History.Horizon)
            {
                return null;
            }

            var snapshot = since is null ? new CollectionSnapshot(_revision, home.Items) : null;
            var feed = new ChangeFeed(this, collection, snapshot, since ?? _revision);
            home.Feeds.Add(feed);
            return feed;
        }
    }

    /// <summary>Reads what a feed has not read yet, and moves it on; a feed that has read all is moved to the newest revision of the store.</summary>
    internal FeedState Read(ChangeFeed feed, List<Change> into, int limit)
    {
        lock (_gate)
        {
            switch (Of(feed.Collection).History.Read(feed.Revision, into, limit))
            {
                case null:
                    return FeedState.Expired;
                case true:
                    // A watch may ask for a revision that is yet to come; it must not be moved back.
                    feed.Revision = Math.Max(feed.Revision, _revision);
                    return FeedState.Current;
                default:
                    feed.Revision = into[^1].Revision;
                    return FeedState.Behind;
            }
        }
    }

    /// <summary>Forgets a feed.</summary>
    internal void Leave(ChangeFeed feed)
    {
        lock (_gate)
        {
            _ = Of(feed.Collection).Feeds.Remove(feed);
        }
    }

    /// <summary>Keeps a snapshot for further pages of the same list, for as long as watches could resume from its revision.</summary>
    public void Keep(string collection, CollectionSnapshot snapshot)
    {
        lock (_gate)
        {
            Of(collection).Keep(snapshot);
        }
    }

    /// <summary>A snapshot that was kept, or null when it is no longer known.</summary>
    public CollectionSnapshot? Recall(string collection, long revision)
    {
        lock (_gate)
        {
            return Of(collection).Kept.GetValueOrDefault(revision);
        }
    }

    /// <summary>Forgets the history of all collections, so that watches which resume, and pages which go on, get 410.</summary>
    public void Compact()
    {
        lock (_gate)
        {
            foreach (var collection in _collections.Values)
            {
                collection.History.Compact(_revision);
                collection.Kept.Clear();
            }
        }
    }

    /// <summary>Ends every feed, as a restart of the server would.</summary>
    public void EndFeeds()
    {
        lock (_gate)
        {
            foreach (var feed in _collections.Values.SelectMany(c => c.Feeds))
            {
                feed.End();
            }
        }
    }

    private Collection Of(string name)
    {
        if (!_collections.TryGetValue(name, out var collection))
        {
            _collections[name] = collection = new Collection();
        }

        return collection;
    }

    private sealed class Collection
    {
        private const int MaximumKept = 64;

        public ImmutableSortedDictionary<ObjectKey, StoredObject> Items { get; set; } = ImmutableSortedDictionary<ObjectKey, StoredObject>.Empty;

        public ChangeHistory History { get; } = new();

        public HashSet<ChangeFeed> Feeds { get; } = [];

        /// <summary>Snapshots by revision. What they hold beyond the current objects is in the history too, so that they cost next to nothing.</summary>
        public SortedDictionary<long, CollectionSnapshot> Kept { get; } = [];

        public void Keep(CollectionSnapshot snapshot)
        {
            if (snapshot.Revision >= History.Horizon && Kept.TryAdd(snapshot.Revision, snapshot) && Kept.Count > MaximumKept)
            {
                _ = Kept.Remove(Kept.Keys.First());
            }
        }

        public void Publish(Change change)
        {
            History.Add(change);
            while (Kept.Count > 0 && Kept.Keys.First() is var oldest && oldest < History.Horizon)
            {
                _ = Kept.Remove(oldest);
            }

            foreach (var feed in Feeds)
            {
                feed.Wake();
            }
        }
    }
}
