using System.Text.Json;
using System.Text.RegularExpressions;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Catalog.Tables;

/// <summary>
/// The three ways in which the catalog wants each column's type: SQL text, its own word, and Spark's JSON. They differ:
/// <c>bigint</c> is <c>LONG</c> and <c>long</c>. Only types without parts are known; prepared tables have no others.
/// </summary>
internal static partial class ColumnTypes
{
    private static readonly Dictionary<string, (string Name, string Json)> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["string"] = ("STRING", "string"),
        ["boolean"] = ("BOOLEAN", "boolean"),
        ["tinyint"] = ("BYTE", "byte"),
        ["smallint"] = ("SHORT", "short"),
        ["int"] = ("INT", "integer"),
        ["bigint"] = ("LONG", "long"),
        ["float"] = ("FLOAT", "float"),
        ["double"] = ("DOUBLE", "double"),
        ["date"] = ("DATE", "date"),
        ["timestamp"] = ("TIMESTAMP", "timestamp"),
        ["timestamp_ntz"] = ("TIMESTAMP_NTZ", "timestamp_ntz"),
        ["binary"] = ("BINARY", "binary"),
    };

    /// <summary>The columns as the catalog wants them.</summary>
    /// <exception cref="OperatorException">A type is not known.</exception>
    public static IReadOnlyList<ColumnMessage> Describe(string table, IReadOnlyList<TableColumn> columns) =>
        [.. columns.Select((column, position) => Describe(table, column, position))];

    private static ColumnMessage Describe(string table, TableColumn column, int position)
    {
        var (name, json) = Known.TryGetValue(column.Type, out var known) ? known
            : Decimal().IsMatch(column.Type) ? ("DECIMAL", column.Type.ToLowerInvariant())
            : throw OperatorException.Terminal(
                Reasons.RequestRejected,
                $"Table {table} cannot be created: column '{column.Name}' has type '{column.Type}'; known are {string.Join(", ", Known.Keys)} and decimal(p,s).");
        var field = new { name = column.Name, type = json, nullable = true, metadata = new Dictionary<string, string>() };
        return new ColumnMessage
        {
            Name = column.Name,
            TypeText = column.Type,
            TypeName = name,
            TypeJson = JsonSerializer.Serialize(field),
            Position = position,
            Nullable = true,
        };
    }

    [GeneratedRegex(@"^decimal\(\d{1,2},\d{1,2}\)$", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Decimal();
}
