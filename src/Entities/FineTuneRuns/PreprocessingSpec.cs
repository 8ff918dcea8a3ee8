using KubeOps.Abstractions.Entities.Attributes;

namespace GovernedFinetune.Entities;

/// <summary>How the source table becomes a prepared table of prompts and completions.</summary>
public sealed record PreprocessingSpec
{
    /// <summary>The prepared table, as catalog.schema.table in lower case. It is created when it does not exist; the grant must list its schema.</summary>
    [Required]
    [Length(5, 767)]
    [Pattern(Patterns.ThreePartName)]
    public string OutputTable { get; set; } = "";

    /// <summary>The column that holds the text to learn.</summary>
    [Required]
    [Length(1, 255)]
    [Pattern(Patterns.Column)]
    public string TextColumn { get; set; } = "";

    /// <summary>The column whose values are never divided between training and validation. Without it every row is a group of its own.</summary>
    [Length(1, 255)]
    [Pattern(Patterns.Column)]
    public string? GroupColumn { get; set; }

    /// <summary>The prompt in front of the text, with {column} placeholders.</summary>
    [Required]
    [Length(1, 8192)]
    public string PromptTemplate { get; set; } = "";

    /// <summary>Longest example in tokens, prompt included; longer texts are divided.</summary>
    [RangeMinimum(16)]
    [RangeMaximum(131072)]
    [DefaultValue(1024L)]
    public int MaxTokens { get; set; } = 1024;

    /// <summary>The part of the groups that is kept for validation, as a decimal from 0 up to (not including) 1.</summary>
    [Length(1, 8)]
    [Pattern(Patterns.Fraction)]
    [DefaultValue("0.05")]
    public string ValidationFraction { get; set; } = "0.05";

    /// <summary>How long the EMR job may run, at most 168h.</summary>
    [Length(2, 21)]
    [Pattern(Patterns.Duration)]
    [DefaultValue("2h")]
    [ValidationRule(
        "duration(self) > duration('0s') && duration(self) <= duration('168h')",
        message: "timeout must be longer than 0s and at most 168h")]
    public string Timeout { get; set; } = "2h";
}
