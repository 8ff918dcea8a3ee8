using System.Text.Json;
using GovernedFinetune.Operator.Catalog.Http;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Catalog.Tables;

/// <summary>Tables of Unity Catalog; the same route on both flavors.</summary>
internal sealed class CatalogTables(CatalogClient client) : ICatalogTables
{
    /// <summary>The call that reads a table.</summary>
    public static CatalogCall Read(string fullName) =>
        CatalogCall.Get($"{CatalogCall.UnityCatalog}/tables/{CatalogCall.Escape(fullName)}", $"read table {fullName}");

    /// <inheritdoc />
    public async Task<CatalogTable?> GetAsync(string fullName, CancellationToken cancellationToken) =>
        await client.FindAsync<TableMessage>(Read(fullName), cancellationToken) is { } table ? Map(fullName, table) : null;

    /// <inheritdoc />
    public async Task<CatalogTable?> CreateExternalAsync(NewExternalTable table, CancellationToken cancellationToken)
    {
        var name = CatalogName.Parse(table.FullName);
        var message = new TableMessage
        {
            CatalogName = name.Catalog,
            SchemaName = name.Schema,
            Name = name.Name,
            TableType = "EXTERNAL",
            DataSourceFormat = table.Format,
            StorageLocation = table.Location,
            Columns = ColumnTypes.Describe(table.FullName, table.Columns),
            Properties = table.Properties,
        };
        var call = CatalogCall.Post($"{CatalogCall.UnityCatalog}/tables", $"create table {table.FullName} at {table.Location}", message);
        return await client.CreateAsync<TableMessage>(call, cancellationToken) is { } created ? Map(table.FullName, created) : null;
    }

    private static CatalogTable Map(string fullName, TableMessage table) => new(
        table.FullName ?? fullName,
        table.TableId ?? "",
        table.TableType ?? "",
        table.DataSourceFormat ?? "",
        table.StorageLocation ?? "",
        [.. (table.Columns ?? []).OrderBy(c => c.Position ?? 0).Select(c => new TableColumn(c.Name, c.TypeText ?? ""))],
        IsPresent(table.RowFilter),
        (table.Columns ?? []).Any(c => IsPresent(c.Mask)));

    private static bool IsPresent(JsonElement? element) =>
        element is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) };
}
