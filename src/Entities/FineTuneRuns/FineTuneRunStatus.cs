using KubeOps.Abstractions.Entities.Attributes;

namespace GovernedFinetune.Entities;

/// <summary>How far the run is, and everything that proves what it did. Members are absent until they are known.</summary>
public sealed record FineTuneRunStatus
{
    /// <summary>The stage under way, or the outcome.</summary>
    public FineTuneRunPhase? Phase { get; set; }

    /// <summary>metadata.generation that this status describes.</summary>
    [RangeMinimum(0)]
    public long? ObservedGeneration { get; set; }

    /// <summary>When the operator first took the run up (UTC).</summary>
    public DateTime? StartedAt { get; set; }

    /// <summary>When the run reached its outcome (UTC).</summary>
    public DateTime? FinishedAt { get; set; }

    /// <summary>The attempt under way, counted from 1. A retry begins a new one, and so does going on after a suspension that stopped a job.</summary>
    [RangeMinimum(0)]
    public int? Attempt { get; set; }

    /// <summary>How many attempts failed and were followed by another; at most spec.retry.limit.</summary>
    [RangeMinimum(0)]
    public int? Retries { get; set; }

    /// <summary>When the next try is due after an error (UTC).</summary>
    public DateTime? NextAttemptAt { get; set; }

    /// <summary>When the run began to be stopped; present while it is Stopping (UTC).</summary>
    public DateTime? StoppingSince { get; set; }

    /// <summary>Ready, Reconciling and Stalled as kstatus reads them; Succeeded for the outcome; GrantVerified, DatasetPrepared, ModelTrained, ModelRegistered and LineageRecorded for the stages.</summary>
    [Items(maxItems: 16)]
    [XListType(XListType.Map)]
    [XListMapKeys("type")]
    public IList<Condition>? Conditions { get; set; }

    /// <summary>The grant as it was last relied on.</summary>
    public GrantStatus? Grant { get; set; }

    /// <summary>The source table as it is pinned.</summary>
    public SourceStatus? Source { get; set; }

    /// <summary>The EMR job and the prepared table.</summary>
    public PreprocessingStatus? Preprocessing { get; set; }

    /// <summary>The SageMaker training job.</summary>
    public TrainingStatus? Training { get; set; }

    /// <summary>The model version.</summary>
    public RegistrationStatus? Registration { get; set; }

    /// <summary>What was written to the catalog's lineage.</summary>
    public LineageStatus? Lineage { get; set; }

    /// <summary>The audit record.</summary>
    public AuditStatus? Audit { get; set; }
}

/// <summary>The stage under way, or the outcome.</summary>
public enum FineTuneRunPhase
{
    /// <summary>Not taken up yet.</summary>
    Pending,

    /// <summary>The grant is being verified and the source version pinned.</summary>
    Authorizing,

    /// <summary>The EMR job prepares the dataset.</summary>
    Preprocessing,

    /// <summary>The SageMaker job trains.</summary>
    Training,

    /// <summary>The model version is being uploaded and verified.</summary>
    Registering,

    /// <summary>Lineage is being written and the audit record closed.</summary>
    RecordingLineage,

    /// <summary>Stopped by suspend; goes on when suspend is false.</summary>
    Suspended,

    /// <summary>Jobs under way are being stopped.</summary>
    Stopping,

    /// <summary>The model is registered and its lineage recorded.</summary>
    Succeeded,

    /// <summary>Ended without a model; the conditions say why.</summary>
    Failed,

    /// <summary>Stopped on request before it ended.</summary>
    Stopped,
}
