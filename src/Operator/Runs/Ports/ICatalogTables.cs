namespace GovernedFinetune.Operator.Runs.Ports;

/// <summary>A column of a table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its Spark SQL type, such as <c>string</c> or <c>bigint</c>.</param>
public sealed record TableColumn(string Name, string Type);

/// <summary>What the catalog says of a table.</summary>
/// <param name="FullName">Three-part name.</param>
/// <param name="TableId">UUID; a table that was dropped and made again has another one.</param>
/// <param name="TableType"><c>EXTERNAL</c>, <c>MANAGED</c>, <c>VIEW</c> and others.</param>
/// <param name="Format"><c>DELTA</c>, <c>JSON</c> and others; empty for views.</param>
/// <param name="Location">Where the data is, <c>s3://</c>; empty for views.</param>
/// <param name="Columns">Its columns, in order.</param>
/// <param name="HasRowFilter">Whether a row filter guards it; then nothing is vended for it.</param>
/// <param name="HasColumnMask">Whether a column is masked; then nothing is vended for it.</param>
public sealed record CatalogTable(
    string FullName,
    string TableId,
    string TableType,
    string Format,
    string Location,
    IReadOnlyList<TableColumn> Columns,
    bool HasRowFilter,
    bool HasColumnMask);

/// <summary>An external table to create.</summary>
/// <param name="FullName">Three-part name.</param>
/// <param name="Format"><c>DELTA</c> or <c>JSON</c>.</param>
/// <param name="Location">Where the data is, <c>s3://</c>.</param>
/// <param name="Columns">Its columns, in order.</param>
/// <param name="Properties">Table properties.</param>
public sealed record NewExternalTable(
    string FullName,
    string Format,
    string Location,
    IReadOnlyList<TableColumn> Columns,
    IReadOnlyDictionary<string, string> Properties);

/// <summary>Tables of Unity Catalog. Every failure is an <see cref="Failures.OperatorException"/>.</summary>
public interface ICatalogTables
{
    /// <summary>Reads a table; null when it does not exist or the principal cannot see it.</summary>
    Task<CatalogTable?> GetAsync(string fullName, CancellationToken cancellationToken);

    /// <summary>Creates an external table; null when one of that name exists already (read it and compare).</summary>
    Task<CatalogTable?> CreateExternalAsync(NewExternalTable table, CancellationToken cancellationToken);
}
