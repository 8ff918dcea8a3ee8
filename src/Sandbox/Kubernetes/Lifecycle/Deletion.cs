using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Storage;

namespace GovernedFinetune.Sandbox.Kubernetes.Lifecycle;

/// <summary>What becomes of the dependents of a deleted object.</summary>
internal enum Propagation
{
    /// <summary>The object goes first, its dependents after it.</summary>
    Background,

    /// <summary>The dependents that block the object go first.</summary>
    Foreground,

    /// <summary>The dependents stay and forget their owner.</summary>
    Orphan,
}

/// <summary>Deletes one object: removes it, or marks it when finalizers hold it.</summary>
internal sealed class Deletion(ObjectStore store, TimeProvider clock)
{
    public const string ForegroundFinalizer = "foregroundDeletion";
    public const string CrdFinalizer = "customresourcecleanup.apiextensions.k8s.io";
    public const string Namespaces = "namespaces";
    public const string Definitions = "customresourcedefinitions.apiextensions.k8s.io";

    /// <summary>Whether nothing holds a deleted object any longer.</summary>
    public static bool MayGo(string collection, JsonObject json) =>
        !json.Object("metadata")!["finalizers"].Texts().Any()
        && (collection != Namespaces || !json.Object("spec")!["finalizers"].Texts().Any());

    /// <summary>Deletes <paramref name="current"/>.</summary>
    /// <returns>The object after it and whether it is gone; null when it changed meanwhile.</returns>
    public (StoredObject Object, bool Gone)? Apply(string collection, StoredObject current, Propagation propagation)
    {
        var next = current.Json.Copy();
        Mark(collection, next, propagation);
        if (MayGo(collection, next))
        {
            return store.TryRemove(collection, current.Key, current, current.Json.Copy()) is { } removed ? (removed, true) : null;
        }

        if (JsonNodes.Same(current.Json, next))
        {
            return (current, false);
        }

        return store.TryPut(collection, current.Key, current, next) is { } marked ? (marked, false) : null;
    }

    /// <summary>Removes one finalizer; the object goes when it was the last one of a deleted object.</summary>
    /// <returns>The object after it and whether it is gone; null when there was nothing to do.</returns>
    public (StoredObject Object, bool Gone)? Release(string collection, ObjectKey key, Func<JsonObject, bool> release)
    {
        while (store.Get(collection, key) is { } current)
        {
            var next = current.Json.Copy();
            if (!release(next))
            {
                return null;
            }

            var gone = next.Object("metadata").Text("deletionTimestamp") is not null && MayGo(collection, next);
            var done = gone
                ? store.TryRemove(collection, key, current, next)
                : store.TryPut(collection, key, current, next);
            if (done is not null)
            {
                return (done, gone);
            }
        }

        return null;
    }

    /// <summary>Takes a finalizer off an object's list.</summary>
    public static bool RemoveFinalizer(JsonObject json, string finalizer)
    {
        var metadata = json.Object("metadata")!;
        var left = metadata["finalizers"].Texts().Where(f => f != finalizer).ToList();
        if (left.Count == (metadata.Array("finalizers")?.Count ?? 0))
        {
            return false;
        }

        metadata.Put("finalizers", left.Count > 0 ? new JsonArray([.. left.Select(f => (JsonNode)f)]) : null);
        return true;
    }

    private void Mark(string collection, JsonObject next, Propagation propagation)
    {
        var metadata = next.Object("metadata")!;
        if (metadata.Text("deletionTimestamp") is null)
        {
            metadata["deletionTimestamp"] = Timestamps.Seconds(clock.GetUtcNow());
            metadata["deletionGracePeriodSeconds"] = 0;
            if (metadata.Whole("generation") is { } generation)
            {
                metadata["generation"] = generation + 1;
            }
        }

        if (propagation == Propagation.Foreground && store.DependentsOf(metadata.Text("uid")!).Count > 0)
        {
            AddFinalizer(metadata, ForegroundFinalizer);
        }

        if (collection == Namespaces)
        {
            next.Ensure("status")["phase"] = "Terminating";
        }
        else if (collection == Definitions && store.Snapshot(metadata.Text("name")!).Items.Count > 0)
        {
            AddFinalizer(metadata, CrdFinalizer);
        }
    }

    private static void AddFinalizer(JsonObject metadata, string finalizer)
    {
        if (metadata["finalizers"] is not JsonArray finalizers)
        {
            metadata["finalizers"] = finalizers = [];
        }

        if (!finalizers.Texts().Contains(finalizer))
        {
            finalizers.Add(finalizer);
        }
    }
}
