using KubeOps.Abstractions.Entities.Attributes;

namespace GovernedFinetune.Entities;

/// <summary>Where the model is registered in Unity Catalog.</summary>
public sealed record RegistrySpec
{
    /// <summary>The registered model, as catalog.schema.model in lower case. It is created when it does not exist; the grant must list its schema.</summary>
    [Required]
    [Length(5, 767)]
    [Pattern(Patterns.ThreePartName)]
    public string Model { get; set; } = "";

    /// <summary>The alias that is moved to the new version. Without it no alias is touched.</summary>
    [Length(1, 255)]
    [Pattern(Patterns.Alias)]
    [ValidationRule(
        "!self.matches('^(latest|v[0-9]+)$')",
        message: "registry.alias must not be 'latest' or look like a version (v1): MLflow reserves these")]
    public string? Alias { get; set; }
}

/// <summary>How often a failed stage is tried again.</summary>
public sealed record RetrySpec
{
    /// <summary>New attempts after the first, for failures that another try can mend: spot loss, capacity, internal errors.</summary>
    [RangeMinimum(0)]
    [RangeMaximum(10)]
    [DefaultValue(2L)]
    public int Limit { get; set; } = 2;
}
