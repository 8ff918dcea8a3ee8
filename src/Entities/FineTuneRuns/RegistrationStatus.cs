using KubeOps.Abstractions.Entities.Attributes;

namespace GovernedFinetune.Entities;

/// <summary>The model version in Unity Catalog.</summary>
public sealed record RegistrationStatus
{
    /// <summary>The full name of the registered model.</summary>
    public string? Model { get; set; }

    /// <summary>The number of the model version.</summary>
    public string? Version { get; set; }

    /// <summary>Files uploaded.</summary>
    [RangeMinimum(0)]
    public int? Files { get; set; }

    /// <summary>Bytes uploaded.</summary>
    [RangeMinimum(0)]
    public long? Bytes { get; set; }

    /// <summary>SHA-256 over the list of files and their digests (sha256: and 64 hex digits), as in the trainer's manifest.</summary>
    public string? Digest { get; set; }
}

/// <summary>What was written to the catalog's lineage.</summary>
public sealed record LineageStatus
{
    /// <summary>The names of the external metadata objects.</summary>
    [Items(maxItems: 16)]
    [XListType(XListType.Atomic)]
    public IList<string>? ExternalObjects { get; set; }

    /// <summary>Lineage edges written.</summary>
    [RangeMinimum(0)]
    public int? Edges { get; set; }

    /// <summary>When the last of them was written (UTC).</summary>
    public DateTime? RecordedAt { get; set; }
}

/// <summary>The audit record of the run.</summary>
public sealed record AuditStatus
{
    /// <summary>Where the record is (s3://...).</summary>
    public string? Uri { get; set; }

    /// <summary>Lines in the record.</summary>
    [RangeMinimum(0)]
    public long? Entries { get; set; }

    /// <summary>The digest of the last line: it covers all lines before it (sha256: and 64 hex digits).</summary>
    public string? HeadDigest { get; set; }
}
