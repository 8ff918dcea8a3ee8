using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Authorization;
using GovernedFinetune.Sandbox.Kubernetes.Http;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Resources;
using GovernedFinetune.Sandbox.Kubernetes.Storage;

namespace GovernedFinetune.Sandbox.Kubernetes.Lifecycle;

/// <summary>What the server does around writes: the checks before a creation, and what controllers would do afterwards.</summary>
internal sealed class Reactions(
    ObjectStore store,
    Cascade cascade,
    Deletion deletion,
    CrdRegistrar definitions,
    EventRetention events,
    DefaultServiceAccounts accounts,
    RoleAggregation roles)
{
    /// <summary>Whether nothing holds a deleted object of this type any longer.</summary>
    public static bool MayGo(ResourceType type, JsonObject json) => Deletion.MayGo(type.Collection, json);

    /// <summary>Finalizers that Kubernetes itself uses, without a domain.</summary>
    public static bool IsStandardFinalizer(string finalizer) =>
        finalizer is "kubernetes" or "orphan" or Deletion.ForegroundFinalizer;

    /// <exception cref="StatusException">The namespace is missing or being deleted, or the definition is being deleted.</exception>
    public void BeforeCreate(ResourceType type, ObjectKey key)
    {
        if (type.Namespaced)
        {
            var home = store.Get(Deletion.Namespaces, new ObjectKey("", key.Namespace))
                ?? throw new StatusException(404, "NotFound", $"namespaces \"{key.Namespace}\" not found") { Kind = "namespaces", Name = key.Namespace };
            if (home.Json.Object("metadata").Text("deletionTimestamp") is not null)
            {
                throw Refusals.Forbidden(
                    type,
                    key.Name,
                    $"unable to create new content in namespace {key.Namespace} because it is being terminated",
                    new StatusCause("NamespaceTerminating", $"namespace {key.Namespace} is being terminated", "metadata.namespace"));
            }
        }

        if (type.IsCustom && store.Get(Deletion.Definitions, new ObjectKey("", type.Collection))?.Json.Object("metadata").Text("deletionTimestamp") is not null)
        {
            throw Refusals.MethodNotAllowed("create not allowed while custom resource definition is terminating");
        }
    }

    /// <summary>Follows up on an object that was created or changed.</summary>
    public void AfterWrite(ResourceType type, StoredObject stored)
    {
        switch (type.Collection)
        {
            case Deletion.Definitions:
                definitions.Serve(stored);
                break;
            case EventRetention.Collection:
                events.Sweep();
                break;
            case Deletion.Namespaces:
                accounts.Ensure(stored.Key.Name);
                break;
            case RbacObjects.ClusterRoleCollection:
                roles.Refresh();
                break;
        }

        CollectWhenOrphaned(type, stored);
    }

    /// <summary>Follows up on an object that went because its last finalizer was removed.</summary>
    public void AfterRemoval(string collection, StoredObject removed) => AfterDeletion(collection, removed, gone: true, Propagation.Background);

    /// <summary>Follows up on a deletion.</summary>
    public void AfterDeletion(string collection, StoredObject deleted, bool gone, Propagation propagation)
    {
        cascade.Follow(collection, deleted, gone, propagation);
        definitions.Forget();
        switch (collection)
        {
            case DefaultServiceAccounts.Collection when gone:
                accounts.Ensure(deleted.Key.Namespace);
                break;
            case RbacObjects.ClusterRoleCollection when gone:
                roles.Refresh();
                break;
        }
    }

    /// <summary>An object whose owners are all gone is collected, even when it was made after they went.</summary>
    private void CollectWhenOrphaned(ResourceType type, StoredObject stored)
    {
        var owners = (stored.Json.Object("metadata").Array("ownerReferences") ?? []).Select(o => o.Text("uid")).OfType<string>().ToList();
        if (owners.Count > 0
            && !owners.Exists(store.HasUid)
            && stored.Json.Object("metadata").Text("deletionTimestamp") is null
            && deletion.Apply(type.Collection, stored, Propagation.Background) is var (deleted, gone))
        {
            AfterDeletion(type.Collection, deleted, gone, Propagation.Background);
        }
    }
}
