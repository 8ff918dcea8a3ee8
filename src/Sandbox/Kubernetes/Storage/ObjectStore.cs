using System.Collections.Immutable;
using System.Globalization;
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
    private long _revision = 1;

    /// <summary>The revision of the last write.</summary>
    public long Revision
    {
        get
        {
            lock (_gate)
            {
                return _revision;
            }
        }
    }

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
        TryCommit(collection, key, expected, next, expected is null ? ChangeType.Added : ChangeType.Modified);

    /// <summary>Deletes an object.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="key">The object.</param>
    /// <param name="expected">The object as the writer read it.</param>
    /// <param name="last">Its last state, which watches are told; the store takes it over.</param>
    /// <returns>The last state, or null when the object is no longer <paramref name="expected"/>.</returns>
    public StoredObject? TryRemove(string collection, ObjectKey key, StoredObject expected, JsonObject last) =>
        TryCommit(collection, key, expected, last, ChangeType.Deleted);

    private StoredObject? TryCommit(string collection, ObjectKey key, StoredObject? expected, JsonObject next, ChangeType type)
    {
        lock (_gate)
        {
            var home = Of(collection);
            if (!ReferenceEquals(home.Items.GetValueOrDefault(key), expected))
            {
                return null;
            }

            var revision = _revision + 1;
            next["metadata"]!["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture);
            var stored = new StoredObject(key, next, revision);
            _revision = revision;
            var gone = type == ChangeType.Deleted;
            home.Items = gone ? home.Items.Remove(key) : home.Items.SetItem(key, stored);
            _owners.Update(collection, key, expected, gone ? null : stored);
            home.Publish(new Change(type, stored, expected));
            expected?.Shrink();
            if (gone)
            {
                stored.Shrink();
            }

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
            var backlog = since is { } revision ? home.History.Since(revision) : [];
            if (backlog is null)
            {
                return null;
            }

            var snapshot = since is null ? new CollectionSnapshot(_revision, home.Items) : null;
            var feed = new ChangeFeed(snapshot, backlog, _revision, Forget);
            home.Feeds.Add(feed);
            return feed;

            void Forget(ChangeFeed gone)
            {
                lock (_gate)
                {
                    _ = home.Feeds.Remove(gone);
                }
            }
        }
    }

    /// <summary>Puts a bookmark into a feed, at the revision that it has delivered everything up to.</summary>
    public void Bookmark(ChangeFeed feed)
    {
        lock (_gate)
        {
            feed.Offer(new FeedItem(null, _revision));
        }
    }

    /// <summary>Forgets the history of all collections, so that watches which resume get 410.</summary>
    public void Compact()
    {
        lock (_gate)
        {
            foreach (var collection in _collections.Values)
            {
                collection.History.Compact(_revision);
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
        public ImmutableSortedDictionary<ObjectKey, StoredObject> Items { get; set; } = ImmutableSortedDictionary<ObjectKey, StoredObject>.Empty;

        public ChangeHistory History { get; } = new();

        public HashSet<ChangeFeed> Feeds { get; } = [];

        public void Publish(Change change)
        {
            History.Add(change);
            foreach (var feed in Feeds)
            {
                feed.Offer(new FeedItem(change, change.Revision));
            }
        }
    }
}
