using KubeOps.Abstractions.Entities.Attributes;

namespace GovernedFinetune.Entities;

/// <summary>One observation about the object, in the shape of <c>metav1.Condition</c>.</summary>
/// <remarks>
/// Not <c>k8s.Models.V1Condition</c>: a list map needs its key to be required, which that type does not state.
/// The types in use are in <see cref="ConditionTypes"/>.
/// </remarks>
public sealed record Condition
{
    /// <summary>What is observed, for example Ready; once in its list.</summary>
    [Required]
    [Length(1, 64)]
    [Pattern(Patterns.ConditionType)]
    public string Type { get; set; } = "";

    /// <summary>True, False, or Unknown where the operator cannot tell.</summary>
    [Required]
    [EnumValues("True", "False", "Unknown")]
    public string Status { get; set; } = "Unknown";

    /// <summary>One word for a program: why the condition has this status.</summary>
    [Length(1, 128)]
    [Pattern(Patterns.ConditionReason)]
    public string? Reason { get; set; }

    /// <summary>A sentence for a person: what happened, on which object, and what to do.</summary>
    [Length(maxLength: 32768)]
    public string? Message { get; set; }

    /// <summary>metadata.generation that the observation was made for.</summary>
    [RangeMinimum(0)]
    public long? ObservedGeneration { get; set; }

    /// <summary>When status last changed (UTC, whole seconds).</summary>
    public DateTime? LastTransitionTime { get; set; }
}
