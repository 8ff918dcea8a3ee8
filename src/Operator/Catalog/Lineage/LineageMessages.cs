using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Catalog.Lineage;

/// <summary>A thing with a name.</summary>
internal sealed record NamedMessage(string? Name);

/// <summary>A model version as an end; its version is text here.</summary>
internal sealed record ModelEndMessage(string? Name, string? Version);

/// <summary>An end of an edge: exactly one member is set.</summary>
internal sealed record EndMessage
{
    /// <summary>A table.</summary>
    public NamedMessage? Table { get; init; }

    /// <summary>A model version.</summary>
    public ModelEndMessage? ModelVersion { get; init; }

    /// <summary>An external metadata object.</summary>
    public NamedMessage? ExternalMetadata { get; init; }

    /// <summary>The message of a node.</summary>
    public static EndMessage From(LineageNode node) => node switch
    {
        LineageNode.Table table => new EndMessage { Table = new NamedMessage(table.FullName) },
        LineageNode.Model model => new EndMessage { ModelVersion = new ModelEndMessage(model.FullName, model.Version) },
        LineageNode.External external => new EndMessage { ExternalMetadata = new NamedMessage(external.Name) },
        _ => throw new ArgumentOutOfRangeException(nameof(node), node, "no such kind of end"),
    };
}

/// <summary>An edge.</summary>
internal sealed record EdgeMessage
{
    /// <summary>Where the data came from.</summary>
    public EndMessage? Source { get; init; }

    /// <summary>Where it went.</summary>
    public EndMessage? Target { get; init; }

    /// <summary>Properties.</summary>
    public IReadOnlyDictionary<string, string>? Properties { get; init; }
}

/// <summary>An external metadata object.</summary>
internal sealed record ExternalMetadataMessage
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>One of the catalog's list; it has no word for SageMaker.</summary>
    public string SystemType { get; init; } = "OTHER";

    /// <summary>Free text.</summary>
    public required string EntityType { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>Where a person finds it.</summary>
    public string? Url { get; init; }

    /// <summary>Properties.</summary>
    public IReadOnlyDictionary<string, string>? Properties { get; init; }
}

/// <summary>A table as the list of edges describes it.</summary>
internal sealed record TableInfoMessage(string? CatalogName, string? SchemaName, string? Name);

/// <summary>A model version as the list of edges describes it.</summary>
internal sealed record ModelInfoMessage
{
    /// <summary>Three-part name.</summary>
    public string? ModelName { get; init; }

    /// <summary>A number here, though text elsewhere; may come in quotes.</summary>
    public long Version { get; init; }
}

/// <summary>One listed edge: it describes the other end.</summary>
internal sealed record ListedEdgeMessage
{
    /// <summary>The edge itself, of which often only the properties are there.</summary>
    public EdgeMessage? ExternalLineageInfo { get; init; }

    /// <summary>The other end, when it is external.</summary>
    public NamedMessage? ExternalMetadataInfo { get; init; }

    /// <summary>The other end, when it is a table.</summary>
    public TableInfoMessage? TableInfo { get; init; }

    /// <summary>The other end, when it is a model version.</summary>
    public ModelInfoMessage? ModelInfo { get; init; }
}

/// <summary>A page of edges.</summary>
internal sealed record ListedEdgesMessage
{
    /// <summary>The edges.</summary>
    public IReadOnlyList<ListedEdgeMessage>? ExternalLineageRelationships { get; init; }

    /// <summary>The next page; absent or empty at the end.</summary>
    public string? NextPageToken { get; init; }
}
