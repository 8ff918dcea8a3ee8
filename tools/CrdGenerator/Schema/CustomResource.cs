namespace GovernedFinetune.CrdGenerator.Schema;

/// <summary>One custom resource as read from its C# type.</summary>
internal sealed record CustomResource
{
    public required string Group { get; init; }

    public required string Version { get; init; }

    public required string Kind { get; init; }

    public required string Plural { get; init; }

    public required string Scope { get; init; }

    public required IReadOnlyList<string> ShortNames { get; init; }

    public required IReadOnlyList<string> Categories { get; init; }

    public required IReadOnlyList<string> SelectableFields { get; init; }

    public required IReadOnlyList<PrinterColumn> PrinterColumns { get; init; }

    public required SchemaNode Schema { get; init; }
}

/// <summary>A column of <c>kubectl get</c>; priority 1 shows with <c>-o wide</c> only.</summary>
internal sealed record PrinterColumn(string Name, string Type, string JsonPath, int Priority, string? Description);
