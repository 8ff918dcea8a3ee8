using KubeOps.Abstractions.Entities.Attributes;

namespace GovernedFinetune.Entities;

/// <summary>The EMR job and the table that it prepared.</summary>
public sealed record PreprocessingStatus
{
    /// <summary>The id of the EMR Serverless job run.</summary>
    public string? JobRunId { get; set; }

    /// <summary>The job run's state in EMR's words: SUBMITTED, RUNNING, SUCCESS.</summary>
    public string? State { get; set; }

    /// <summary>When the job run was started (UTC).</summary>
    public DateTime? StartedAt { get; set; }

    /// <summary>When the job run was seen to have ended (UTC).</summary>
    public DateTime? FinishedAt { get; set; }

    /// <summary>Unity Catalog's id of the prepared table.</summary>
    public string? OutputTableId { get; set; }

    /// <summary>The version of the prepared table that this run wrote.</summary>
    public string? OutputVersion { get; set; }

    /// <summary>Rows written.</summary>
    [RangeMinimum(0)]
    public long? Rows { get; set; }

    /// <summary>Tokens written.</summary>
    [RangeMinimum(0)]
    public long? Tokens { get; set; }

    /// <summary>SHA-256 over the list of written files and their digests (sha256: and 64 hex digits).</summary>
    public string? Digest { get; set; }

    /// <summary>Where the job's logs are.</summary>
    public string? LogUrl { get; set; }

    /// <summary>Where the job's manifest is (s3://...).</summary>
    public string? ManifestUri { get; set; }
}
