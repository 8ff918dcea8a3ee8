using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Runs.Stages.Authorize;

/// <summary>What Authorize looks at.</summary>
/// <param name="Table">The source table; null when it does not exist or cannot be seen.</param>
/// <param name="Pin">What the source is pinned to; null when the table cannot be read.</param>
/// <param name="InstanceTypes">Instance types that the profile allows.</param>
public sealed record AuthorizeObservation(CatalogTable? Table, SourcePin? Pin, IReadOnlyList<string> InstanceTypes);

/// <summary>Which tables can be read from outside Databricks.</summary>
public static class ReadableTables
{
    private static readonly string[] Formats = ["DELTA", "JSON"];

    /// <summary>Why a table cannot be read; null when it can.</summary>
    public static string? Obstacle(CatalogTable table) => table switch
    {
        { TableType: not ("EXTERNAL" or "MANAGED") } => $"it is a {table.TableType}, for which Unity Catalog vends no credentials",
        { HasRowFilter: true } => "it has a row filter, and Unity Catalog vends no credentials for such tables",
        { HasColumnMask: true } => "it has a column mask, and Unity Catalog vends no credentials for such tables",
        _ when !Formats.Contains(table.Format) => $"its format is {table.Format}; {string.Join(" and ", Formats)} are supported",
        _ => null,
    };
}
