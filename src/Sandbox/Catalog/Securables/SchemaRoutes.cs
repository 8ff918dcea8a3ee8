using GovernedFinetune.Sandbox.Catalog.Http;
using GovernedFinetune.Sandbox.Catalog.Permissions;

namespace GovernedFinetune.Sandbox.Catalog.Securables;

/// <summary>Schemas.</summary>
internal sealed class SchemaRoutes(
    CatalogState state, Resolver resolver, Authorizer authorizer, Paging paging, Locations locations, Removal removal) : IRoutes
{
    public void Map(RouteTable routes)
    {
        const string one = RouteTable.Catalog + "/schemas/{full_name}";
        routes.Get(RouteTable.Catalog + "/schemas", "schemas.list", List);
        routes.Post(RouteTable.Catalog + "/schemas", "schemas.create", Create);
        routes.Get(one, "schemas.get", Get);
        routes.Patch(one, "schemas.update", Update);
        routes.Delete(one, "schemas.delete", Delete);
    }

    private object List(Call call)
    {
        var name = Names.Part(call.RequiredQuery("catalog_name"), "catalog_name");
        call.Concerns(name);
        var catalog = resolver.EnterCatalog(call.Caller, name);
        return paging.Legacy(
            call, "schemas", state.Schemas.Values.Where(s => s.Catalog == catalog && authorizer.Sees(call.Caller, s)), s => s.Name, Shape);
    }

    private object Create(Call call)
    {
        var name = Names.Part(call.Body.RequiredText("name"), "name");
        var catalogName = Names.Part(call.Body.RequiredText("catalog_name"), "catalog_name");
        var fullName = $"{catalogName}.{name}";
        call.Concerns(fullName);
        var catalog = resolver.EnterCatalog(call.Caller, catalogName);
        authorizer.Require(call.Caller, Privileges.CreateSchema, catalog);
        if (state.Schemas.ContainsKey(fullName))
        {
            throw ApiError.Exists(SecurableKind.Schema, fullName);
        }

        return Shape(state.Schemas[fullName] = new SchemaEntry(name, catalog, state.StampOf(call.Caller))
        {
            Comment = call.Body.Text("comment"),
            Properties = call.Body.Map("properties"),
            StorageRoot = locations.StorageRoot(call),
        });
    }

    private object Get(Call call)
    {
        var schema = Entered(call);
        return authorizer.Sees(call.Caller, schema) ? Shape(schema) : throw ApiError.Denied(Privileges.UseSchema, schema);
    }

    private object Update(Call call)
    {
        var schema = Entered(call);
        authorizer.RequireManages(call.Caller, schema);
        var owner = call.Body.Text("owner") is { } named ? resolver.Owner(named) : schema.Owner;
        schema.Comment = call.Body.Text("comment") ?? schema.Comment;
        schema.Properties = call.Body.Has("properties") ? call.Body.Map("properties") : schema.Properties;
        schema.Owner = owner;
        schema.Updated = state.StampOf(call.Caller);
        return Shape(schema);
    }

    private object? Delete(Call call)
    {
        var schema = Entered(call);
        authorizer.RequireManages(call.Caller, schema);
        removal.Remove(schema, call.QueryFlag("force"));
        return null;
    }

    private SchemaEntry Entered(Call call)
    {
        var (catalog, schema) = Names.Two(call.Route("full_name"), "full_name");
        call.Concerns($"{catalog}.{schema}");
        _ = resolver.EnterCatalog(call.Caller, catalog);
        return resolver.Schema($"{catalog}.{schema}");
    }

    private object Shape(SchemaEntry schema) => new SchemaInfo(
        schema.Name,
        schema.Catalog.Name,
        schema.FullName,
        schema.Id,
        schema.Owner,
        schema.Comment,
        schema.Properties,
        schema.StorageRoot?.ToString(),
        schema.StorageRoot?.ToString(),
        "MANAGED_CATALOG",
        state.Metastore.Id,
        schema.Created.Milliseconds,
        schema.Created.By,
        schema.Updated.Milliseconds,
        schema.Updated.By);

    private sealed record SchemaInfo(
        string Name,
        string CatalogName,
        string FullName,
        string SchemaId,
        string Owner,
        string? Comment,
        IReadOnlyDictionary<string, string> Properties,
        string? StorageRoot,
        string? StorageLocation,
        string CatalogType,
        string MetastoreId,
        long CreatedAt,
        string CreatedBy,
        long UpdatedAt,
        string UpdatedBy);
}
