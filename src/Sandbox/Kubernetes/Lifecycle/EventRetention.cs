using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Storage;

namespace GovernedFinetune.Sandbox.Kubernetes.Lifecycle;

/// <summary>Events are kept for an hour after their last change, and no more than a fixed number of them.</summary>
internal sealed class EventRetention(ObjectStore store, TimeProvider clock)
{
    public const string Collection = "events";
    private const int Maximum = 10_000;
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private DateTimeOffset _nextSweep = DateTimeOffset.MinValue;

    /// <summary>Removes what is too old or too much; does nothing when it did so a moment ago.</summary>
    public void Sweep()
    {
        var now = clock.GetUtcNow();
        var items = store.Snapshot(Collection).Items;
        lock (_gate)
        {
            if (now < _nextSweep && items.Count <= Maximum)
            {
                return;
            }

            _nextSweep = now + Interval;
        }

        var oldestFirst = items.Values.OrderBy(e => e.Revision).ToList();
        var tooMany = items.Count > Maximum ? items.Count - (Maximum * 9 / 10) : 0;
        foreach (var stale in oldestFirst.Where((e, i) => i < tooMany || LastSeen(e) < now - Lifetime))
        {
            // A loser of a race against a writer stays until the next sweep.
            _ = store.TryRemove(Collection, stale.Key, stale, stale.Json.Copy());
        }
    }

    private static DateTimeOffset LastSeen(StoredObject stored)
    {
        var metadata = stored.Json.Object("metadata");
        string?[] times = [metadata.Text("creationTimestamp"), stored.Json.Text("lastTimestamp"), stored.Json.Object("series").Text("lastObservedTime")];
        return times.Select(t => Timestamps.TryParse(t, out var time) ? time : DateTimeOffset.MinValue).Max();
    }
}
