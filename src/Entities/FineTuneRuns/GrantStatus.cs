namespace GovernedFinetune.Entities;

/// <summary>The grant as a run last relied on it.</summary>
public sealed record GrantStatus
{
    /// <summary>metadata.uid of the DatasetGrant.</summary>
    public string? Uid { get; set; }

    /// <summary>status.digest of the DatasetGrant at that time.</summary>
    public string? Digest { get; set; }

    /// <summary>When those privileges were checked (UTC).</summary>
    public DateTime? CheckedAt { get; set; }
}

/// <summary>The source table as it is pinned.</summary>
public sealed record SourceStatus
{
    /// <summary>Unity Catalog's id of the table.</summary>
    public string? TableId { get; set; }

    /// <summary>The pinned version: a number for Delta, sha256: of the file list otherwise.</summary>
    public string? Version { get; set; }

    /// <summary>The table's data format: DELTA, PARQUET, JSON.</summary>
    public string? Format { get; set; }

    /// <summary>The table's storage location (s3://...).</summary>
    public string? Location { get; set; }
}
