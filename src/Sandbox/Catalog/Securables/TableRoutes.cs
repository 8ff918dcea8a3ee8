using GovernedFinetune.Sandbox.Catalog.Http;
using GovernedFinetune.Sandbox.Catalog.Permissions;

namespace GovernedFinetune.Sandbox.Catalog.Securables;

/// <summary>Tables and views.</summary>
internal sealed class TableRoutes(
    CatalogState state, Resolver resolver, Authorizer authorizer, Paging paging, TableCreation creation, Removal removal) : IRoutes
{
    public void Map(RouteTable routes)
    {
        const string one = RouteTable.Catalog + "/tables/{full_name}";
        routes.Get(RouteTable.Catalog + "/tables", "tables.list", List);
        routes.Post(RouteTable.Catalog + "/tables", "tables.create", call => Shape(creation.Create(call)));
        routes.Get(one, "tables.get", Get);
        routes.Get(one + "/exists", "tables.exists", Exists);
        routes.Patch(one, "tables.update", Update);
        routes.Delete(one, "tables.delete", Delete);
    }

    private object List(Call call)
    {
        var catalog = Names.Part(call.RequiredQuery("catalog_name"), "catalog_name");
        var name = Names.Part(call.RequiredQuery("schema_name"), "schema_name");
        call.Concerns($"{catalog}.{name}");
        var schema = resolver.EnterSchema(call.Caller, catalog, name);
        var withColumns = !call.QueryFlag("omit_columns");
        var withProperties = !call.QueryFlag("omit_properties");
        return paging.Legacy(
            call,
            "tables",
            state.Tables.Values.Where(t => t.Schema == schema && authorizer.Sees(call.Caller, t)),
            t => t.Name,
            t => Shape(t, withColumns, withProperties));
    }

    private object Get(Call call)
    {
        var table = Entered(call);
        return authorizer.Sees(call.Caller, table) ? Shape(table) : throw ApiError.Denied(Privileges.Select, table);
    }

    private object Exists(Call call)
    {
        var (catalog, schema, name) = Names.Three(call.Route("full_name"), "full_name");
        call.Concerns($"{catalog}.{schema}.{name}");
        _ = resolver.EnterSchema(call.Caller, catalog, schema);
        return new { table_exists = state.Tables.ContainsKey($"{catalog}.{schema}.{name}") };
    }

    /// <summary>Only the owner can be changed by this API.</summary>
    private object Update(Call call)
    {
        var table = Entered(call);
        authorizer.RequireManages(call.Caller, table);
        table.Owner = resolver.Owner(call.Body.RequiredText("owner"));
        table.Updated = state.StampOf(call.Caller);
        return Shape(table);
    }

    private object? Delete(Call call)
    {
        var table = Entered(call);
        authorizer.RequireManages(call.Caller, table);
        removal.Remove(table);
        return null;
    }

    private TableEntry Entered(Call call)
    {
        call.Concerns(call.Route("full_name").ToLowerInvariant());
        return resolver.EnterTable(call.Caller, call.Route("full_name"), "full_name");
    }

    private TableInfo Shape(TableEntry table, bool withColumns = true, bool withProperties = true) => new TableInfo(
        table.Id,
        table.Name,
        table.Schema.Catalog.Name,
        table.Schema.Name,
        table.FullName,
        table.TableType,
        table.DataSourceFormat,
        withColumns ? table.Columns : [],
        table.Location?.ToString(),
        table.StorageCredentialName,
        withProperties ? table.Properties : new Dictionary<string, string>(),
        table.ViewDefinition,
        table.RowFilter,
        table.Owner,
        table.Comment,
        state.Metastore.Id,
        table.Created.Milliseconds,
        table.Created.By,
        table.Updated.Milliseconds,
        table.Updated.By);

    private sealed record TableInfo(
        string TableId,
        string Name,
        string CatalogName,
        string SchemaName,
        string FullName,
        string TableType,
        string? DataSourceFormat,
        IReadOnlyList<ColumnInfo> Columns,
        string? StorageLocation,
        string? StorageCredentialName,
        IReadOnlyDictionary<string, string> Properties,
        string? ViewDefinition,
        RowFilter? RowFilter,
        string Owner,
        string? Comment,
        string MetastoreId,
        long CreatedAt,
        string CreatedBy,
        long UpdatedAt,
        string UpdatedBy);
}
