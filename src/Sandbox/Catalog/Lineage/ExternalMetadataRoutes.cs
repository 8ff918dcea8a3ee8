using GovernedFinetune.Sandbox.Catalog.Http;
using GovernedFinetune.Sandbox.Catalog.Identity;
using GovernedFinetune.Sandbox.Catalog.Permissions;
using GovernedFinetune.Sandbox.Catalog.Securables;

namespace GovernedFinetune.Sandbox.Catalog.Lineage;

/// <summary>External metadata objects (bring your own lineage).</summary>
internal sealed class ExternalMetadataRoutes(CatalogState state, Resolver resolver, Authorizer authorizer, Paging paging, Removal removal) : IRoutes
{
    private static readonly string[] Replaceable = ["system_type", "entity_type", "description", "url", "columns", "properties"];
    private static readonly string[] Alone = ["owner"];

    public void Map(RouteTable routes)
    {
        const string all = "/api/2.0/lineage-tracking/external-metadata";
        const string one = all + "/{name}";
        routes.Post(all, "external-metadata.create", Create);
        routes.Get(all, "external-metadata.list", List);
        routes.Get(one, "external-metadata.get", Get);
        routes.Patch(one, "external-metadata.update", Update);
        routes.Delete(one, "external-metadata.delete", Delete);
    }

    private object Create(Call call)
    {
        var body = call.Body;
        var name = Names.Free(body.RequiredText("name"), "name");
        call.Concerns(name);
        var created = new ExternalMetadata(name, state.StampOf(call.Caller))
        {
            SystemType = SystemType(body),
            EntityType = body.RequiredText("entity_type"),
            Comment = body.Text("description"),
            Url = body.Text("url"),
            Columns = body.Texts("columns"),
            Properties = body.Map("properties"),
            Owner = body.Text("owner") is { } owner ? resolver.Owner(owner) : call.Caller.Name,
        };
        authorizer.Require(call.Caller, Privileges.CreateExternalMetadata, state.Metastore);
        if (state.ExternalMetadata.ContainsKey(name))
        {
            throw ApiError.Conflict(SecurableKind.ExternalMetadata.Display, name);
        }

        if (state.ExternalMetadata.Count >= state.Settings.ExternalMetadataLimit)
        {
            throw new ApiError(
                429, "RESOURCE_EXHAUSTED", $"The metastore holds {state.ExternalMetadata.Count} external metadata objects, which is its limit.");
        }

        created.Grants.Change(PrincipalDirectory.Everyone, [Privileges.Browse], [], state.Clock.GetUtcNow());
        return Shape(state.ExternalMetadata[name] = created);
    }

    private object List(Call call) => paging.Paged(
        call, "external_metadata", state.ExternalMetadata.Values.Where(m => authorizer.Sees(call.Caller, m)), m => m.Name, Shape);

    private object Get(Call call)
    {
        var metadata = Named(call);
        return authorizer.Sees(call.Caller, metadata) ? Shape(metadata) : throw ApiError.Denied(Privileges.Browse, metadata);
    }

    private object Update(Call call)
    {
        var metadata = Named(call);
        var body = call.Body;
        var mask = UpdateMask.Read(call, Replaceable, Alone);
        if (mask.Has("owner"))
        {
            authorizer.RequireManages(call.Caller, metadata);
            metadata.Owner = resolver.Owner(body.RequiredText("owner"));
        }
        else
        {
            authorizer.Require(call.Caller, Privileges.Modify, metadata);
            var systemType = mask.Has("system_type") ? SystemType(body) : metadata.SystemType;
            var entityType = mask.Has("entity_type") ? body.RequiredText("entity_type") : metadata.EntityType;
            var description = mask.Has("description") ? body.Text("description") : metadata.Comment;
            var url = mask.Has("url") ? body.Text("url") : metadata.Url;
            var columns = mask.Has("columns") ? body.Texts("columns") : metadata.Columns;
            metadata.Properties = mask.Has("properties") ? body.Map("properties") : metadata.Properties;
            (metadata.SystemType, metadata.EntityType, metadata.Comment, metadata.Url, metadata.Columns) =
                (systemType, entityType, description, url, columns);
        }

        metadata.Updated = state.StampOf(call.Caller);
        return Shape(metadata);
    }

    private object? Delete(Call call)
    {
        var metadata = Named(call);
        authorizer.RequireManages(call.Caller, metadata);
        removal.Remove(metadata);
        return null;
    }

    private ExternalMetadata Named(Call call)
    {
        call.Concerns(call.Route("name"));
        return state.ExternalMetadata.GetValueOrDefault(call.Route("name"))
            ?? throw ApiError.Missing(SecurableKind.ExternalMetadata, call.Route("name"));
    }

    private static string SystemType(JsonBody body)
    {
        var type = body.RequiredText("system_type");
        return ExternalMetadata.SystemTypes.Contains(type)
            ? type
            : throw ApiError.Invalid("system_type", $"is '{type}'; expected one of {string.Join(", ", ExternalMetadata.SystemTypes)}.");
    }

    private object Shape(ExternalMetadata metadata) => new
    {
        metadata.Id,
        metadata.Name,
        metadata.SystemType,
        metadata.EntityType,
        Description = metadata.Comment,
        metadata.Url,
        metadata.Owner,
        metadata.Columns,
        metadata.Properties,
        MetastoreId = state.Metastore.Id,
        CreateTime = ExternalMetadata.Iso(metadata.Created.At),
        CreatedBy = metadata.Created.By,
        UpdateTime = ExternalMetadata.Iso(metadata.Updated.At),
        UpdatedBy = metadata.Updated.By,
    };
}
