using System.Globalization;
using GovernedFinetune.Sandbox.Catalog.Http;
using GovernedFinetune.Sandbox.Catalog.Permissions;

namespace GovernedFinetune.Sandbox.Catalog.Securables;

/// <summary>The metastore.</summary>
internal sealed class MetastoreRoutes(CatalogState state, Authorizer authorizer) : IRoutes
{
    public void Map(RouteTable routes)
    {
        routes.Get(RouteTable.Catalog + "/metastore_summary", "metastore-summary.get", _ => Shape());
        routes.Get(RouteTable.Catalog + "/current-metastore-assignment", "current-metastore-assignment.get", _ => new
        {
            metastore_id = state.Metastore.Id,
            workspace_id = state.Metastore.WorkspaceId,
            default_catalog_name = "main",
        });
        routes.Patch(RouteTable.Catalog + "/metastores/{id}", "metastores.update", Update);
    }

    private object Update(Call call)
    {
        call.Concerns(call.Route("id"));
        if (call.Route("id") != state.Metastore.Id)
        {
            throw ApiError.Missing(SecurableKind.Metastore, call.Route("id"));
        }

        authorizer.RequireManages(call.Caller, state.Metastore);
        if (call.Body.Has("external_access_enabled"))
        {
            state.Metastore.ExternalAccessEnabled = call.Body.Flag("external_access_enabled");
        }

        state.Metastore.Updated = state.StampOf(call.Caller);
        return Shape();
    }

    private MetastoreInfo Shape()
    {
        var metastore = state.Metastore;
        return new MetastoreInfo(
            metastore.Id,
            string.Create(CultureInfo.InvariantCulture, $"aws:{metastore.Region}:{metastore.Id}"),
            metastore.Name,
            "aws",
            metastore.Region,
            metastore.Owner,
            metastore.ExternalAccessEnabled,
            "1.0",
            metastore.StorageRoot.ToString(),
            "INTERNAL",
            metastore.Created.Milliseconds,
            metastore.Created.By,
            metastore.Updated.Milliseconds,
            metastore.Updated.By);
    }

    private sealed record MetastoreInfo(
        string MetastoreId,
        string GlobalMetastoreId,
        string Name,
        string Cloud,
        string Region,
        string Owner,
        bool ExternalAccessEnabled,
        string PrivilegeModelVersion,
        string StorageRoot,
        string DeltaSharingScope,
        long CreatedAt,
        string CreatedBy,
        long UpdatedAt,
        string UpdatedBy);
}
