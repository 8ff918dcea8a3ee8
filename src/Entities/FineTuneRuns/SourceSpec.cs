using KubeOps.Abstractions.Entities.Attributes;

namespace GovernedFinetune.Entities;

/// <summary>The table that a run reads.</summary>
public sealed record SourceSpec
{
    /// <summary>catalog.schema.table in lower case, as Unity Catalog stores it. The grant must list it.</summary>
    [Required]
    [Length(5, 767)]
    [Pattern(Patterns.ThreePartName)]
    public string Table { get; set; } = "";

    /// <summary>The table version to read. Without it the current version is resolved once, pinned and recorded in status.</summary>
    [RangeMinimum(0)]
    public long? Version { get; set; }

    /// <summary>Which rows are read: comparisons of columns with literals, joined by AND; for example fiscal_year >= 2023.</summary>
    [Length(1, 2048)]
    public string? Filter { get; set; }
}
