using System.Globalization;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Lifecycle;
using GovernedFinetune.Sandbox.Kubernetes.Resources;
using GovernedFinetune.Sandbox.Kubernetes.Storage;

namespace GovernedFinetune.Sandbox.Kubernetes.Http;

/// <summary>The verbs delete and deletecollection.</summary>
internal sealed class DeleteHandler(ObjectStore store, Deletion deletion, Reactions reactions, ReadHandler reader)
{
    public async Task DeleteAsync(ResourceRequest request)
    {
        var body = await RequestBody.ReadAsync(request.Http.Request, request.Http.RequestAborted);
        var options = DeleteRequest.Read(body, request.Query);
        var (deleted, gone) = Delete(request.Type, request.Key, options);
        if (gone && request.Type.Collection != Deletion.Namespaces)
        {
            await Responder.WriteAsync(request.Http, 200, Success(request.Type, deleted));
            return;
        }

        await reader.WriteAsync(request, 200, request.Served(deleted), Representation.Negotiate(request.Http.Request));
    }

    public async Task DeleteCollectionAsync(ResourceRequest request)
    {
        var body = await RequestBody.ReadAsync(request.Http.Request, request.Http.RequestAborted);
        var options = DeleteRequest.Read(body, request.Query);
        var filter = request.Filter();
        var deleted = new JsonArray();
        foreach (var stored in store.Snapshot(request.Type.Collection).Items.Values.Where(filter))
        {
            if (store.Get(request.Type.Collection, stored.Key) is not null)
            {
                deleted.Add(request.Served(Delete(request.Type, stored.Key, options).Object).DeepClone());
            }
        }

        await Responder.WriteAsync(request.Http, 200, new JsonObject
        {
            ["apiVersion"] = request.Type.ApiVersion,
            ["kind"] = request.Type.ListKind,
            ["metadata"] = new JsonObject { ["resourceVersion"] = store.Revision.ToString(CultureInfo.InvariantCulture) },
            ["items"] = deleted,
        });
    }

    private (StoredObject Object, bool Gone) Delete(ResourceType type, ObjectKey key, DeleteRequest options)
    {
        while (true)
        {
            var current = store.Get(type.Collection, key) ?? throw Refusals.NotFound(type, key.Name);
            Check(type, current, options);
            if (options.DryRun)
            {
                return (current, Deletion.MayGo(type.Collection, current.Json));
            }

            if (deletion.Apply(type.Collection, current, options.Propagation) is var (deleted, gone))
            {
                reactions.AfterDeletion(type.Collection, deleted, gone, options.Propagation);
                return (deleted, gone);
            }
        }
    }

    private static void Check(ResourceType type, StoredObject current, DeleteRequest options)
    {
        if (type.Collection == Deletion.Namespaces && current.Key.Name is ("default" or "kube-system"))
        {
            throw Refusals.Forbidden(type, current.Key.Name, "this namespace may not be deleted");
        }

        if (options.Uid is { } uid && uid != current.Uid)
        {
            throw Refusals.Conflict(type, current.Key.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {current.Uid}");
        }

        if (options.ResourceVersion is { } version && version != current.Json.Object("metadata").Text("resourceVersion"))
        {
            throw Refusals.Conflict(type, current.Key.Name, $"Precondition failed: ResourceVersion in precondition: {version}, ResourceVersion in object meta: {current.Revision}");
        }
    }

    private static JsonObject Success(ResourceType type, StoredObject deleted)
    {
        var details = new JsonObject { ["name"] = deleted.Key.Name, ["kind"] = type.Plural, ["uid"] = deleted.Uid };
        if (type.Group.Length > 0)
        {
            details["group"] = type.Group;
        }

        return new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Success",
            ["details"] = details,
        };
    }
}
