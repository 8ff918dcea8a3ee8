using System.Globalization;
using GovernedFinetune.Sandbox.Catalog.Securables;

namespace GovernedFinetune.Sandbox.Catalog.Lineage;

/// <summary>Something outside Databricks that lineage passes through, such as a training job.</summary>
internal sealed class ExternalMetadata(string name, Stamp created) : Securable(SecurableKind.ExternalMetadata, name, null, created)
{
    /// <summary>Every system type. There is none for SageMaker or S3: those are OTHER.</summary>
    public static IReadOnlyList<string> SystemTypes { get; } =
    [
        "AMAZON_REDSHIFT", "AZURE_SYNAPSE", "CONFLUENT", "DATABRICKS", "GOOGLE_BIGQUERY", "KAFKA", "LOOKER", "MICROSOFT_FABRIC",
        "MICROSOFT_SQL_SERVER", "MONGODB", "MYSQL", "ORACLE", "OTHER", "POSTGRESQL", "POWER_BI", "SALESFORCE", "SAP", "SERVICENOW",
        "SNOWFLAKE", "STREAM_NATIVE", "TABLEAU", "TERADATA", "WORKDAY",
    ];

    public string Id { get; } = Guid.NewGuid().ToString();

    public required string SystemType { get; set; }

    public required string EntityType { get; set; }

    public string? Url { get; set; }

    public IReadOnlyList<string> Columns { get; set; } = [];

    public IReadOnlyDictionary<string, string> Properties { get; set; } = new Dictionary<string, string>();

    /// <summary>A time as the lineage service writes it.</summary>
    public static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
