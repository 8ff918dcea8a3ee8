using GovernedFinetune.Sandbox.Catalog.Http;
using GovernedFinetune.Sandbox.Catalog.Permissions;

namespace GovernedFinetune.Sandbox.Catalog.Securables;

/// <summary>Catalogs.</summary>
internal sealed class CatalogRoutes(
    CatalogState state, Resolver resolver, Authorizer authorizer, Paging paging, Locations locations, Removal removal) : IRoutes
{
    public void Map(RouteTable routes)
    {
        const string one = RouteTable.Catalog + "/catalogs/{name}";
        routes.Get(RouteTable.Catalog + "/catalogs", "catalogs.list", List);
        routes.Post(RouteTable.Catalog + "/catalogs", "catalogs.create", Create);
        routes.Get(one, "catalogs.get", Get);
        routes.Patch(one, "catalogs.update", Update);
        routes.Delete(one, "catalogs.delete", Delete);
    }

    private object List(Call call) => paging.Legacy(
        call, "catalogs", state.Catalogs.Values.Where(c => authorizer.Sees(call.Caller, c)), c => c.Name, Shape);

    private object Create(Call call)
    {
        var name = Names.Part(call.Body.RequiredText("name"), "name");
        call.Concerns(name);
        authorizer.Require(call.Caller, Privileges.CreateCatalog, state.Metastore);
        if (state.Catalogs.ContainsKey(name))
        {
            throw ApiError.Exists(SecurableKind.Catalog, name);
        }

        return Shape(state.Catalogs[name] = new CatalogEntry(name, state.StampOf(call.Caller))
        {
            Comment = call.Body.Text("comment"),
            Properties = call.Body.Map("properties"),
            StorageRoot = locations.StorageRoot(call),
        });
    }

    private object Get(Call call)
    {
        var catalog = Named(call);
        return authorizer.Sees(call.Caller, catalog) ? Shape(catalog) : throw ApiError.Denied(Privileges.UseCatalog, catalog);
    }

    private object Update(Call call)
    {
        var catalog = Named(call);
        authorizer.RequireManages(call.Caller, catalog);
        var owner = call.Body.Text("owner") is { } named ? resolver.Owner(named) : catalog.Owner;
        catalog.Comment = call.Body.Text("comment") ?? catalog.Comment;
        catalog.Properties = call.Body.Has("properties") ? call.Body.Map("properties") : catalog.Properties;
        catalog.Owner = owner;
        catalog.Updated = state.StampOf(call.Caller);
        return Shape(catalog);
    }

    private object? Delete(Call call)
    {
        var catalog = Named(call);
        authorizer.RequireManages(call.Caller, catalog);
        removal.Remove(catalog, call.QueryFlag("force"));
        return null;
    }

    private CatalogEntry Named(Call call)
    {
        var name = Names.Part(call.Route("name"), "name");
        call.Concerns(name);
        return resolver.Catalog(name);
    }

    private object Shape(CatalogEntry catalog) => new CatalogInfo(
        catalog.Name,
        catalog.FullName,
        catalog.Owner,
        catalog.Comment,
        catalog.Properties,
        catalog.StorageRoot?.ToString(),
        catalog.StorageRoot?.ToString(),
        "MANAGED_CATALOG",
        "OPEN",
        SecurableKind.Catalog.Wire,
        state.Metastore.Id,
        catalog.Created.Milliseconds,
        catalog.Created.By,
        catalog.Updated.Milliseconds,
        catalog.Updated.By);

    private sealed record CatalogInfo(
        string Name,
        string FullName,
        string Owner,
        string? Comment,
        IReadOnlyDictionary<string, string> Properties,
        string? StorageRoot,
        string? StorageLocation,
        string CatalogType,
        string IsolationMode,
        string SecurableType,
        string MetastoreId,
        long CreatedAt,
        string CreatedBy,
        long UpdatedAt,
        string UpdatedBy);
}
