using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Storage;

namespace GovernedFinetune.Sandbox.Kubernetes.Lifecycle;

/// <summary>
/// What follows from a deletion: dependents, the contents of a namespace, the objects of a definition, and the owners
/// that waited. All of it is done before the request that caused it is answered; a real cluster does it soon after.
/// </summary>
internal sealed class Cascade(ObjectStore store, Deletion deletion)
{
    /// <summary>Follows up on an object that was deleted (gone, or marked and held by finalizers).</summary>
    /// <param name="collection">Its collection.</param>
    /// <param name="deleted">Its last or current state.</param>
    /// <param name="gone">Whether it is gone.</param>
    /// <param name="propagation">What becomes of its dependents.</param>
    public void Follow(string collection, StoredObject deleted, bool gone, Propagation propagation)
    {
        // A queue, not recursion: chains of owners can be long.
        var work = new Queue<(string Collection, StoredObject Object, bool Gone, Propagation Propagation)>();
        work.Enqueue((collection, deleted, gone, propagation));
        while (work.TryDequeue(out var item))
        {
            foreach (var next in Consequences(item.Collection, item.Object, item.Gone, item.Propagation))
            {
                work.Enqueue(next);
            }
        }
    }

    private List<(string Collection, StoredObject Object, bool Gone, Propagation Propagation)> Consequences(
        string collection, StoredObject deleted, bool gone, Propagation propagation)
    {
        List<(string, StoredObject, bool, Propagation)> next = [];
        if (propagation == Propagation.Orphan)
        {
            Orphan(deleted.Uid);
        }
        else if (gone || propagation == Propagation.Foreground)
        {
            Collect(deleted, gone, next);
        }

        if (!gone)
        {
            Empty(collection, deleted, next);
            Finish(collection, deleted.Key, next);
            return next;
        }

        FinishWaiting(collection, deleted, next);
        return next;
    }

    /// <summary>Deletes the dependents that have no other live owner.</summary>
    private void Collect(StoredObject owner, bool gone, List<(string, StoredObject, bool, Propagation)> next)
    {
        foreach (var (collection, key) in store.DependentsOf(owner.Uid))
        {
            var hasOther = store.Get(collection, key) is { } dependent
                && OwnerUids(dependent.Json).Any(uid => uid != owner.Uid && store.HasUid(uid));
            if (hasOther)
            {
                Disown(collection, key, owner.Uid);
            }
            else
            {
                Delete(collection, key, gone ? Propagation.Background : Propagation.Foreground, next);
            }
        }
    }

    private void Orphan(string ownerUid)
    {
        foreach (var (collection, key) in store.DependentsOf(ownerUid))
        {
            Disown(collection, key, ownerUid);
        }
    }

    private void Disown(string collection, ObjectKey key, string ownerUid) => deletion.Release(collection, key, json =>
    {
        var metadata = json.Object("metadata")!;
        var left = (metadata.Array("ownerReferences") ?? []).Where(o => o.Text("uid") != ownerUid).Select(o => o!.DeepClone()).ToArray();
        metadata.Put("ownerReferences", left.Length > 0 ? new JsonArray(left) : null);
        return true;
    });

    /// <summary>Deletes what is inside a marked namespace or definition.</summary>
    private void Empty(string collection, StoredObject marked, List<(string, StoredObject, bool, Propagation)> next)
    {
        if (collection == Deletion.Namespaces)
        {
            foreach (var (inner, stored) in store.InNamespace(marked.Key.Name).Where(c => !IsMarked(c.Object.Json)))
            {
                Delete(inner, stored.Key, Propagation.Background, next);
            }
        }
        else if (collection == Deletion.Definitions)
        {
            foreach (var stored in store.Snapshot(marked.Key.Name).Items.Values.Where(o => !IsMarked(o.Json)))
            {
                Delete(marked.Key.Name, stored.Key, Propagation.Background, next);
            }
        }
    }

    /// <summary>After an object went, whatever waited for it may go too.</summary>
    private void FinishWaiting(string collection, StoredObject gone, List<(string, StoredObject, bool, Propagation)> next)
    {
        foreach (var owner in gone.Json.Object("metadata").Array("ownerReferences") ?? [])
        {
            if (owner.Text("uid") is { } uid && store.Locate(uid) is var (home, key))
            {
                Finish(home, key, next);
            }
        }

        if (gone.Key.Namespace.Length > 0)
        {
            Finish(Deletion.Namespaces, new ObjectKey("", gone.Key.Namespace), next);
        }

        Finish(Deletion.Definitions, new ObjectKey("", collection), next);
    }

    /// <summary>Lets a marked object go when what the server itself held it for is done.</summary>
    private void Finish(string collection, ObjectKey key, List<(string, StoredObject, bool, Propagation)> next)
    {
        if (deletion.Release(collection, key, json => IsMarked(json) && ReleaseHolds(collection, key, json)) is var (released, gone) && gone)
        {
            next.Add((collection, released, true, Propagation.Background));
        }
    }

    private bool ReleaseHolds(string collection, ObjectKey key, JsonObject json)
    {
        var released = false;
        if (!IsBlocked(json.Object("metadata").Text("uid")!))
        {
            released |= Deletion.RemoveFinalizer(json, Deletion.ForegroundFinalizer);
        }

        if (collection == Deletion.Definitions && store.Snapshot(key.Name).Items.Count == 0)
        {
            released |= Deletion.RemoveFinalizer(json, Deletion.CrdFinalizer);
        }

        if (collection == Deletion.Namespaces && json.Object("spec")!["finalizers"].Texts().Any() && store.InNamespace(key.Name).Count == 0)
        {
            json.Object("spec")!["finalizers"] = new JsonArray();
            released = true;
        }

        return released;
    }

    private bool IsBlocked(string uid) => store.DependentsOf(uid)
        .Any(d => store.Get(d.Collection, d.Key)?.Json.Object("metadata").Array("ownerReferences")?
            .Any(o => o.Text("uid") == uid && o.Flag("blockOwnerDeletion")) == true);

    private void Delete(string collection, ObjectKey key, Propagation propagation, List<(string, StoredObject, bool, Propagation)> next)
    {
        while (store.Get(collection, key) is { } current)
        {
            if (deletion.Apply(collection, current, propagation) is var (deleted, gone))
            {
                next.Add((collection, deleted, gone, propagation));
                return;
            }
        }
    }

    private static bool IsMarked(JsonObject json) => json.Object("metadata").Text("deletionTimestamp") is not null;

    private static IEnumerable<string> OwnerUids(JsonObject json) =>
        (json.Object("metadata").Array("ownerReferences") ?? []).Select(o => o.Text("uid")).OfType<string>();
}
