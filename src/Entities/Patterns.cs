namespace GovernedFinetune.Entities;

/// <summary>
/// Regular expressions of the schema. All keep to what Go's RE2 and .NET read alike, with ASCII classes only.
/// </summary>
public static class Patterns
{
    /// <summary>Hours, minutes and seconds in this order, each at most once: <c>1h30m</c>, <c>90s</c>.</summary>
    public const string Duration = "^([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?$";

    /// <summary>Catalog and schema in lower case, as Unity Catalog stores them.</summary>
    public const string SchemaName = @"^[a-z0-9_-]+\.[a-z0-9_-]+$";

    /// <summary>Catalog, schema and table (or model) in lower case, as Unity Catalog stores them.</summary>
    public const string ThreePartName = @"^[a-z0-9_-]+\.[a-z0-9_-]+\.[a-z0-9_-]+$";

    /// <summary>A column that a filter, a template and Spark can name without quotes.</summary>
    public const string Column = "^[A-Za-z_][A-Za-z0-9_]*$";

    /// <summary>A DNS label: profile names.</summary>
    public const string DnsLabel = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

    /// <summary>A DNS subdomain: names of Kubernetes objects.</summary>
    public const string DnsSubdomain = @"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

    /// <summary>Application id, user or group name; nothing that could end a quoted SQL identifier.</summary>
    public const string Principal = "^[A-Za-z0-9][A-Za-z0-9@._+-]*$";

    /// <summary>A repository of the model hub, or <c>builtin/</c> and a name.</summary>
    public const string ModelId = "^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?$";

    /// <summary>A commit of the model repository, or the version of a builtin model.</summary>
    public const string ModelRevision = "^[A-Za-z0-9][A-Za-z0-9._-]*$";

    /// <summary>A SageMaker training instance type.</summary>
    public const string InstanceType = @"^ml\.[a-z0-9-]+\.[a-z0-9]+$";

    /// <summary>A decimal fraction from 0 up to, not including, 1.</summary>
    public const string Fraction = @"^0(\.[0-9]{1,6})?$";

    /// <summary>An alias of a registered model.</summary>
    public const string Alias = "^[A-Za-z0-9_-]+$";

    /// <summary>Condition types, as in <c>metav1.Condition</c> without a domain prefix.</summary>
    public const string ConditionType = "^[A-Z][A-Za-z0-9]*$";

    /// <summary>Condition reasons: CamelCase words, as in <c>metav1.Condition</c>.</summary>
    public const string ConditionReason = "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$";
}
