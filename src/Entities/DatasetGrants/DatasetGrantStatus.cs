using KubeOps.Abstractions.Entities.Attributes;

namespace GovernedFinetune.Entities;

/// <summary>What the last check of the privileges found.</summary>
public sealed record DatasetGrantStatus
{
    /// <summary>The outcome in one word.</summary>
    public DatasetGrantPhase? Phase { get; set; }

    /// <summary>Ready, Reconciling and Stalled, as kstatus reads them.</summary>
    [Items(maxItems: 16)]
    [XListType(XListType.Map)]
    [XListMapKeys("type")]
    public IList<Condition>? Conditions { get; set; }

    /// <summary>One row a privilege that is needed, with where it comes from or how to grant it.</summary>
    [Items(maxItems: 1024)]
    [XListType(XListType.Map)]
    [XListMapKeys("securable", "name", "privilege")]
    public IList<PrivilegeCheck>? Checks { get; set; }

    /// <summary>How many of the privileges are not granted.</summary>
    [RangeMinimum(0)]
    public int? Missing { get; set; }

    /// <summary>SHA-256 over the checks as seen (sha256: and 64 hex digits). Every audit line that relied on them quotes it.</summary>
    public string? Digest { get; set; }

    /// <summary>When the privileges were last checked (UTC).</summary>
    public DateTime? LastCheckedAt { get; set; }

    /// <summary>When they will be checked next (UTC).</summary>
    public DateTime? NextCheckAt { get; set; }

    /// <summary>metadata.generation that this status describes.</summary>
    [RangeMinimum(0)]
    public long? ObservedGeneration { get; set; }

    /// <summary>How many unfinished runs of this namespace name this grant.</summary>
    [RangeMinimum(0)]
    public int? ActiveRuns { get; set; }
}

/// <summary>The outcome of the privilege checks in one word.</summary>
public enum DatasetGrantPhase
{
    /// <summary>Not checked yet.</summary>
    Pending,

    /// <summary>Every privilege is granted.</summary>
    Granted,

    /// <summary>At least one privilege is missing, or the principal or profile is refused.</summary>
    Denied,

    /// <summary>The time of expiresAt has passed.</summary>
    Expired,

    /// <summary>The catalog could not be asked; no run may begin an effect.</summary>
    Unknown,
}
