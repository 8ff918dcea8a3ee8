using GovernedFinetune.Sandbox.Catalog.Http;
using GovernedFinetune.Sandbox.Catalog.Permissions;

namespace GovernedFinetune.Sandbox.Catalog.Securables;

/// <summary>External locations.</summary>
internal sealed class ExternalLocationRoutes(
    CatalogState state, Resolver resolver, Authorizer authorizer, Paging paging, Locations locations) : IRoutes
{
    public void Map(RouteTable routes)
    {
        const string one = RouteTable.Catalog + "/external-locations/{name}";
        routes.Get(RouteTable.Catalog + "/external-locations", "external-locations.list", List);
        routes.Post(RouteTable.Catalog + "/external-locations", "external-locations.create", Create);
        routes.Get(one, "external-locations.get", Get);
        routes.Patch(one, "external-locations.update", Update);
        routes.Delete(one, "external-locations.delete", Delete);
    }

    private object List(Call call) => paging.Legacy(
        call, "external_locations", state.ExternalLocations.Values.Where(l => authorizer.Sees(call.Caller, l)), l => l.Name, Shape);

    private object Create(Call call)
    {
        var name = Names.Free(call.Body.RequiredText("name"), "name");
        call.Concerns(name);
        var url = StorageUrl.Parse(call.Body.RequiredText("url"), "url");
        var credentialName = call.Body.RequiredText("credential_name");
        authorizer.Require(call.Caller, Privileges.CreateExternalLocation, state.Metastore);
        var credential = state.StorageCredentials.GetValueOrDefault(credentialName)
            ?? throw ApiError.Missing(SecurableKind.StorageCredential, credentialName);
        authorizer.Require(call.Caller, Privileges.CreateExternalLocation, credential);
        if (state.ExternalLocations.ContainsKey(name))
        {
            throw ApiError.Exists(SecurableKind.ExternalLocation, name);
        }

        locations.RequireNoOther(url, except: null);
        return Shape(state.ExternalLocations[name] = new ExternalLocation(name, url, state.StampOf(call.Caller))
        {
            CredentialName = credentialName,
            Comment = call.Body.Text("comment"),
            ReadOnly = call.Body.Flag("read_only"),
        });
    }

    private object Get(Call call)
    {
        var location = Named(call);
        return authorizer.Sees(call.Caller, location) ? Shape(location) : throw ApiError.NotOwner(location);
    }

    private object Update(Call call)
    {
        var location = Named(call);
        authorizer.RequireManages(call.Caller, location);
        var owner = call.Body.Text("owner") is { } named ? resolver.Owner(named) : location.Owner;
        location.ReadOnly = call.Body.Has("read_only") ? call.Body.Flag("read_only") : location.ReadOnly;
        location.Comment = call.Body.Text("comment") ?? location.Comment;
        location.Owner = owner;
        location.Updated = state.StampOf(call.Caller);
        return Shape(location);
    }

    private object? Delete(Call call)
    {
        var location = Named(call);
        authorizer.RequireManages(call.Caller, location);
        if (!call.QueryFlag("force") && state.Tables.Values.FirstOrDefault(t => t.Location is { } l && location.Url.Covers(l)) is { } table)
        {
            throw ApiError.InvalidState($"External location '{location.Name}' is in use by table '{table.FullName}'. Drop it first or use force.");
        }

        _ = state.ExternalLocations.Remove(location.Name);
        return null;
    }

    private ExternalLocation Named(Call call)
    {
        call.Concerns(call.Route("name"));
        return state.ExternalLocations.GetValueOrDefault(call.Route("name"))
            ?? throw ApiError.Missing(SecurableKind.ExternalLocation, call.Route("name"));
    }

    private object Shape(ExternalLocation location) => new
    {
        location.Name,
        Url = location.Url.ToString(),
        location.CredentialName,
        CredentialId = state.StorageCredentials[location.CredentialName].Id,
        location.ReadOnly,
        location.Comment,
        location.Owner,
        IsolationMode = "ISOLATION_MODE_OPEN",
        MetastoreId = state.Metastore.Id,
        CreatedAt = location.Created.Milliseconds,
        CreatedBy = location.Created.By,
        UpdatedAt = location.Updated.Milliseconds,
        UpdatedBy = location.Updated.By,
    };
}
