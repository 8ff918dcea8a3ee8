using KubeOps.Abstractions.Entities.Attributes;

namespace GovernedFinetune.Entities;

/// <summary>One privilege that the principal needs on one securable, and what the catalog says about it.</summary>
public sealed record PrivilegeCheck
{
    /// <summary>The kind of securable in Unity Catalog's words: metastore, catalog, schema, table, external_location, function.</summary>
    [Required]
    [Length(1, 64)]
    public string Securable { get; set; } = "";

    /// <summary>The full name of the securable.</summary>
    [Required]
    [Length(1, 767)]
    public string Name { get; set; } = "";

    /// <summary>The privilege in Unity Catalog's words: SELECT, EXTERNAL_USE_SCHEMA.</summary>
    [Required]
    [Length(1, 64)]
    public string Privilege { get; set; } = "";

    /// <summary>Whether the principal has it.</summary>
    [Required]
    public CheckResult Result { get; set; } = CheckResult.Unknown;

    /// <summary>Where it comes from: a grant on a parent, a group, ownership, a trial vend.</summary>
    [Length(maxLength: 1024)]
    public string? Via { get; set; }

    /// <summary>The SQL that would grant it, when it is missing.</summary>
    [Length(maxLength: 2048)]
    public string? Fix { get; set; }
}

/// <summary>What the catalog says about one privilege.</summary>
public enum CheckResult
{
    /// <summary>The principal has the privilege.</summary>
    Granted,

    /// <summary>The principal lacks the privilege.</summary>
    Missing,

    /// <summary>The catalog did not answer, or its answer cannot be read.</summary>
    Unknown,
}
