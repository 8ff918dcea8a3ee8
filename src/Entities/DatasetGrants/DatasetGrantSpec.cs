using KubeOps.Abstractions.Entities.Attributes;

namespace GovernedFinetune.Entities;

/// <summary>The principal, and what its jobs need in Unity Catalog.</summary>
public sealed record DatasetGrantSpec
{
    /// <summary>
    /// The profile of the operator's configuration: which catalog and which cloud account. It must allow this namespace.
    /// </summary>
    [Length(1, 63)]
    [Pattern(Patterns.DnsLabel)]
    [DefaultValue("default")]
    [ValidationRule(Immutability.Rule, message: "profile " + Immutability.Grant, reason: Immutability.Reason)]
    public string Profile { get; set; } = "default";

    /// <summary>The service principal (application id) that the jobs act as. It must be the one whose credentials the profile holds.</summary>
    [Required]
    [Length(1, 255)]
    [Pattern(Patterns.Principal)]
    public string Principal { get; set; } = "";

    /// <summary>Tables that runs may read, as catalog.schema.table in lower case.</summary>
    [Required]
    [Items(1, 64)]
    [XListType(XListType.Set)]
    public IList<string> Tables { get; set; } = [];

    /// <summary>Schemas in which runs may create prepared tables, as catalog.schema in lower case.</summary>
    [Required]
    [Items(1, 64)]
    [XListType(XListType.Set)]
    public IList<string> WriteSchemas { get; set; } = [];

    /// <summary>Schemas in which runs may register models, as catalog.schema in lower case.</summary>
    [Required]
    [Items(1, 64)]
    [XListType(XListType.Set)]
    public IList<string> ModelSchemas { get; set; } = [];

    /// <summary>Why the data may be used: a ticket, a model inventory id. Recorded in the audit record and in lineage.</summary>
    [Required]
    [Length(1, 1024)]
    public string Purpose { get; set; } = "";

    /// <summary>When the grant ends (RFC 3339). Without it the grant lasts as long as the privileges do.</summary>
    public DateTime? ExpiresAt { get; set; }

    /// <summary>How often privileges are checked while runs rely on them, from 1s to 24h. A loss is acted on within one interval.</summary>
    [Length(2, 21)]
    [Pattern(Patterns.Duration)]
    [DefaultValue("5m")]
    [ValidationRule(
        "duration(self) >= duration('1s') && duration(self) <= duration('24h')",
        message: "recheckInterval must be between 1s and 24h")]
    public string RecheckInterval { get; set; } = "5m";

    /// <summary>What happens to runs under way when the grant is lost.</summary>
    [DefaultValue("Stop")]
    public RevocationPolicy OnRevocation { get; set; } = RevocationPolicy.Stop;
}

/// <summary>What happens to runs under way when their grant is lost.</summary>
public enum RevocationPolicy
{
    /// <summary>Jobs under way are stopped and the runs fail.</summary>
    Stop,

    /// <summary>The job under way may end, and no further effect is begun.</summary>
    Finish,
}
