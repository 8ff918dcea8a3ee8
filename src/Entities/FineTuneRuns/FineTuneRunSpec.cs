using KubeOps.Abstractions.Entities.Attributes;

namespace GovernedFinetune.Entities;

/// <summary>What to train, on what, and where to register it. Immutable, except suspend, onDelete and ttlAfterFinished.</summary>
[ValidationRule(
    "self.preprocessing.outputTable != self.source.table",
    fieldPath: ".preprocessing.outputTable",
    message: "preprocessing.outputTable must differ from source.table: a run never writes to the table that it reads")]
public sealed record FineTuneRunSpec
{
    /// <summary>
    /// The profile of the operator's configuration: which catalog and which cloud account. It must allow this namespace
    /// and be the grant's profile.
    /// </summary>
    [Length(1, 63)]
    [Pattern(Patterns.DnsLabel)]
    [DefaultValue("default")]
    [ValidationRule(Immutability.Rule, message: "profile " + Immutability.Run, reason: Immutability.Reason)]
    public string Profile { get; set; } = "default";

    /// <summary>The DatasetGrant of this namespace that the run relies on.</summary>
    [Required]
    [Length(1, 253)]
    [Pattern(Patterns.DnsSubdomain)]
    [ValidationRule(Immutability.Rule, message: "grant " + Immutability.Run, reason: Immutability.Reason)]
    public string Grant { get; set; } = "";

    /// <summary>The table that the run reads.</summary>
    [Required]
    [ValidationRule(Immutability.Rule, message: "source " + Immutability.Run, reason: Immutability.Reason)]
    public SourceSpec Source { get; set; } = new();

    /// <summary>How the source becomes a prepared table of prompts and completions.</summary>
    [Required]
    [ValidationRule(Immutability.Rule, message: "preprocessing " + Immutability.Run, reason: Immutability.Reason)]
    public PreprocessingSpec Preprocessing { get; set; } = new();

    /// <summary>The base model.</summary>
    [Required]
    [ValidationRule(Immutability.Rule, message: "model " + Immutability.Run, reason: Immutability.Reason)]
    public ModelSpec Model { get; set; } = new();

    /// <summary>The SageMaker training job.</summary>
    [Required]
    [ValidationRule(Immutability.Rule, message: "training " + Immutability.Run, reason: Immutability.Reason)]
    public TrainingSpec Training { get; set; } = new();

    /// <summary>Where the model is registered in Unity Catalog.</summary>
    [Required]
    [ValidationRule(Immutability.Rule, message: "registry " + Immutability.Run, reason: Immutability.Reason)]
    public RegistrySpec Registry { get; set; } = new();

    /// <summary>How often a failed stage is tried again.</summary>
    [DefaultValue("{}", Json = true)]
    [ValidationRule(Immutability.Rule, message: "retry " + Immutability.Run, reason: Immutability.Reason)]
    public RetrySpec Retry { get; set; } = new();

    /// <summary>True stops the job under way; false goes on in a new attempt, from the last checkpoint where training.spot keeps them. Mutable.</summary>
    [DefaultValue(false)]
    public bool Suspend { get; set; }

    /// <summary>True makes every check and starts nothing.</summary>
    [DefaultValue(false)]
    [ValidationRule(Immutability.Rule, message: "dryRun " + Immutability.Run, reason: Immutability.Reason)]
    public bool DryRun { get; set; }

    /// <summary>What happens to jobs under way when the run is deleted. Mutable.</summary>
    [DefaultValue("Cancel")]
    public DeletionPolicy OnDelete { get; set; } = DeletionPolicy.Cancel;

    /// <summary>How long after its end the run is deleted, for example 720h. Without it the run is kept. Mutable.</summary>
    [Length(2, 21)]
    [Pattern(Patterns.Duration)]
    public string? TtlAfterFinished { get; set; }
}

/// <summary>What happens to jobs under way when their run is deleted.</summary>
public enum DeletionPolicy
{
    /// <summary>Jobs are stopped, and the run goes when they are seen to have ended.</summary>
    Cancel,

    /// <summary>Jobs are left to end by themselves; the audit record says so.</summary>
    Orphan,
}
