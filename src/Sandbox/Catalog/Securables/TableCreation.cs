using GovernedFinetune.Sandbox.Catalog.Http;
using GovernedFinetune.Sandbox.Catalog.Identity;
using GovernedFinetune.Sandbox.Catalog.Permissions;

namespace GovernedFinetune.Sandbox.Catalog.Securables;

/// <summary>
/// Makes tables. Callers from outside make external tables only; the administrator stands for SQL inside the workspace
/// and makes anything, such as views, managed tables, row filters and masks.
/// </summary>
internal sealed class TableCreation(CatalogState state, Resolver resolver, Authorizer authorizer, Locations locations)
{
    private static readonly string[] TableTypes =
    [
        "EXTERNAL", "EXTERNAL_SHALLOW_CLONE", "FOREIGN", "MANAGED", "MANAGED_SHALLOW_CLONE", "MATERIALIZED_VIEW", "METRIC_VIEW",
        "STREAMING_TABLE", "VIEW",
    ];

    private static readonly string[] OutsideFormats = ["DELTA", "JSON"];

    public TableEntry Create(Call call)
    {
        var body = call.Body;
        var catalogName = Names.Part(body.RequiredText("catalog_name"), "catalog_name");
        var schemaName = Names.Part(body.RequiredText("schema_name"), "schema_name");
        var name = Names.Part(body.RequiredText("name"), "name");
        var fullName = $"{catalogName}.{schemaName}.{name}";
        call.Concerns(fullName);

        var type = OneOf(TableTypes, body.RequiredText("table_type"), "table_type");
        var columns = body.Objects("columns").Select(ReadColumn).ToList();
        var filter = body.Object("row_filter") is { } f ? new RowFilter(f.RequiredText("function_name"), f.Texts("input_column_names")) : null;
        var format = body.Text("data_source_format");
        if (!call.Caller.IsMetastoreAdmin)
        {
            RequireOutsideForm(type, format, columns, filter);
        }

        var schema = resolver.EnterSchema(call.Caller, catalogName, schemaName);
        authorizer.Require(call.Caller, Privileges.CreateTable, schema);
        if (state.Tables.ContainsKey(fullName))
        {
            throw ApiError.Exists(SecurableKind.Table, fullName);
        }

        StorageUrl? location = null;
        string? credential = null;
        if (type == "EXTERNAL")
        {
            location = StorageUrl.Parse(body.RequiredText("storage_location"), "storage_location");
            credential = RequireMayUse(call.Caller, schema, location).CredentialName;
        }
        else if (type == "MANAGED")
        {
            location = locations.RootOf(schema).Child($"tables/{Guid.NewGuid()}");
        }

        return state.Tables[fullName] = new TableEntry(name, schema, state.StampOf(call.Caller))
        {
            TableType = type,
            DataSourceFormat = format,
            Location = location,
            StorageCredentialName = credential,
            Columns = columns,
            Properties = body.Map("properties"),
            ViewDefinition = body.Text("view_definition"),
            RowFilter = filter,
            Comment = body.Text("comment"),
        };
    }

    private ExternalLocation RequireMayUse(Caller caller, SchemaEntry schema, StorageUrl url)
    {
        var location = locations.RequireOf(url);
        authorizer.Require(caller, Privileges.CreateExternalTable, location);
        if (!caller.IsMetastoreAdmin)
        {
            authorizer.Require(caller, Privileges.ExternalUseLocation, location);
            authorizer.Require(caller, Privileges.ExternalUseSchema, schema);
        }

        locations.RequireFree(url);
        return location;
    }

    private static void RequireOutsideForm(string type, string? format, List<ColumnInfo> columns, RowFilter? filter)
    {
        if (type != "EXTERNAL")
        {
            throw ApiError.Invalid("table_type", $"is '{type}'; from outside Databricks only EXTERNAL tables can be created.");
        }

        if (format is null)
        {
            throw ApiError.Invalid("data_source_format", "is missing.");
        }

        _ = OneOf(OutsideFormats, format, "data_source_format");
        if (filter is not null)
        {
            throw ApiError.Invalid("row_filter", "cannot be set from outside Databricks.");
        }

        if (columns.FindIndex(c => c.Mask is not null) is >= 0 and var masked)
        {
            throw ApiError.Invalid($"columns[{masked}].mask", "cannot be set from outside Databricks.");
        }
    }

    private static ColumnInfo ReadColumn(JsonBody column, int index) => new()
    {
        Name = column.RequiredText("name"),
        TypeText = column.Text("type_text"),
        TypeName = column.Text("type_name"),
        TypeJson = column.Text("type_json"),
        Position = column.Number("position") ?? index,
        Nullable = !column.Has("nullable") || column.Flag("nullable"),
        Comment = column.Text("comment"),
        PartitionIndex = column.Number("partition_index"),
        TypePrecision = column.Number("type_precision"),
        TypeScale = column.Number("type_scale"),
        TypeIntervalType = column.Text("type_interval_type"),
        Mask = column.Object("mask") is { } mask ? new ColumnMask(mask.RequiredText("function_name"), mask.Texts("using_column_names")) : null,
    };

    private static string OneOf(string[] allowed, string value, string field) => allowed.Contains(value)
        ? value
        : throw ApiError.Invalid(field, $"is '{value}'; expected one of {string.Join(", ", allowed)}.");
}
