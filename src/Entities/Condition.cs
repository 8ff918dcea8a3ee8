using KubeOps.Abstractions.Entities.Attributes;

namespace GovernedFinetune.Entities;

/// <summary>
/// One observation about the object, in the shape of <c>metav1.Condition</c>. It is a type of its own because a list map
/// needs its key to be required, which <c>k8s.Models.V1Condition</c> does not state.
/// </summary>
public sealed record Condition
{
    /// <summary>What is observed; one of <see cref="ConditionTypes"/>. Unique in its list.</summary>
    [Required]
    [Length(1, 64)]
    [Pattern(Patterns.ConditionType)]
    public string Type { get; set; } = "";

    /// <summary>True, False, or Unknown where the operator cannot tell.</summary>
    [Required]
    [EnumValues("True", "False", "Unknown")]
    public string Status { get; set; } = "Unknown";

    /// <summary>One word for a program: why the condition has this status. The list is in docs/runbook.md.</summary>
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
