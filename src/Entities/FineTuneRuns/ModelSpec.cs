using KubeOps.Abstractions.Entities.Attributes;

namespace GovernedFinetune.Entities;

/// <summary>The base model, pinned.</summary>
[ValidationRule(
    "self.id.matches('^builtin/') || self.revision.matches('^[0-9a-f]{40}$')",
    fieldPath: ".revision",
    message: "model.revision must be a full commit (40 hex digits): a branch or tag moves, and the lineage would not say what was trained")]
public sealed record ModelSpec
{
    /// <summary>A repository of the model hub (organisation/name), or builtin/ and the name of a model that the trainer brings along.</summary>
    [Required]
    [Length(1, 255)]
    [Pattern(Patterns.ModelId)]
    public string Id { get; set; } = "";

    /// <summary>The commit of the repository (40 hex digits), or the version of a builtin model.</summary>
    [Required]
    [Length(1, 128)]
    [Pattern(Patterns.ModelRevision)]
    public string Revision { get; set; } = "";
}
