namespace GovernedFinetune.CrdGenerator.Schema;

/// <summary>One node of a structural OpenAPI v3 schema.</summary>
internal sealed record SchemaNode
{
    public required string Type { get; init; }

    public string? Format { get; init; }

    public string? Description { get; init; }

    /// <summary>A value of YAML: string, bool, long, or a dictionary of these.</summary>
    public object? Default { get; init; }

    public IReadOnlyList<EnumMember> Enum { get; init; } = [];

    public string? Pattern { get; init; }

    public long? MinLength { get; init; }

    public long? MaxLength { get; init; }

    public double? Minimum { get; init; }

    public double? Maximum { get; init; }

    public long? MinItems { get; init; }

    public long? MaxItems { get; init; }

    public long? MinProperties { get; init; }

    public long? MaxProperties { get; init; }

    /// <summary>Of lists: atomic, set or map.</summary>
    public string? ListType { get; init; }

    public IReadOnlyList<string> ListMapKeys { get; init; } = [];

    public SchemaNode? Items { get; init; }

    public SchemaNode? AdditionalProperties { get; init; }

    /// <summary>In the order of declaration, which is the order of the documentation.</summary>
    public IReadOnlyList<SchemaProperty> Properties { get; init; } = [];

    public IReadOnlyList<ValidationRule> Rules { get; init; } = [];
}

/// <summary>A member of an object.</summary>
internal sealed record SchemaProperty(string Name, bool Required, SchemaNode Schema);

/// <summary>A value of an enumeration, and what it means.</summary>
internal sealed record EnumMember(string Value, string? Description);

/// <summary>One CEL rule.</summary>
internal sealed record ValidationRule(string Rule, string? Message, string? Reason, string? FieldPath)
{
    /// <summary>Whether the rule says that the value never changes.</summary>
    public bool IsImmutability => Rule == "self == oldSelf";
}
