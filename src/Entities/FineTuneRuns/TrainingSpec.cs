using KubeOps.Abstractions.Entities.Attributes;

namespace GovernedFinetune.Entities;

/// <summary>The SageMaker training job.</summary>
[ValidationRule(
    "!has(self.spot) || duration(self.spot.maxWait) >= duration(self.maxRuntime)",
    fieldPath: ".spot.maxWait",
    message: "training.spot.maxWait must be at least training.maxRuntime: it counts waiting and training together")]
public sealed record TrainingSpec
{
    /// <summary>The SageMaker instance type, for example ml.g5.2xlarge.</summary>
    [Required]
    [Length(1, 64)]
    [Pattern(Patterns.InstanceType)]
    public string InstanceType { get; set; } = "";

    /// <summary>How many instances.</summary>
    [RangeMinimum(1)]
    [RangeMaximum(64)]
    [DefaultValue(1L)]
    public int InstanceCount { get; set; } = 1;

    /// <summary>Storage of each instance in GB.</summary>
    [RangeMinimum(1)]
    [RangeMaximum(16384)]
    [DefaultValue(100L)]
    public int VolumeSizeGB { get; set; } = 100;

    /// <summary>How the base model is adapted.</summary>
    [DefaultValue("LoRA")]
    public TrainingMethod Method { get; set; } = TrainingMethod.LoRA;

    /// <summary>Passed to the trainer as they are, for example epochs, learningRate; values are strings.</summary>
    [PropertyLimits(maxProperties: 64)]
    public IDictionary<string, string>? Hyperparameters { get; set; }

    /// <summary>How long the job may train, at most 672h (28 days). A job that is stopped by it has timed out.</summary>
    [Length(2, 21)]
    [Pattern(Patterns.Duration)]
    [DefaultValue("6h")]
    [ValidationRule(
        "duration(self) > duration('0s') && duration(self) <= duration('672h')",
        message: "maxRuntime must be longer than 0s and at most 672h")]
    public string MaxRuntime { get; set; } = "6h";

    /// <summary>Trains on spot capacity, and turns checkpoints on. Without it the job is on demand.</summary>
    public SpotSpec? Spot { get; set; }
}

/// <summary>Training on spot capacity.</summary>
public sealed record SpotSpec
{
    /// <summary>How long to wait for capacity and to train, together; at least maxRuntime.</summary>
    [Required]
    [Length(2, 21)]
    [Pattern(Patterns.Duration)]
    public string MaxWait { get; set; } = "";
}

/// <summary>How the base model is adapted.</summary>
public enum TrainingMethod
{
    /// <summary>Low-rank adapters on a frozen model.</summary>
    LoRA,

    /// <summary>Low-rank adapters on a model that is quantised to 4 bits.</summary>
    QLoRA,

    /// <summary>All weights.</summary>
    Full,
}
