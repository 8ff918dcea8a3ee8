using System.Text.Json;

namespace GovernedFinetune.Operator.Catalog.Tables;

/// <summary>A table as the catalog writes it. Members that are absent are null or default.</summary>
internal sealed record TableMessage
{
    /// <summary>Three-part name.</summary>
    public string? FullName { get; init; }

    /// <summary>Name, without catalog and schema.</summary>
    public string? Name { get; init; }

    /// <summary>Its catalog.</summary>
    public string? CatalogName { get; init; }

    /// <summary>Its schema.</summary>
    public string? SchemaName { get; init; }

    /// <summary>UUID.</summary>
    public string? TableId { get; init; }

    /// <summary>EXTERNAL, MANAGED, VIEW and others.</summary>
    public string? TableType { get; init; }

    /// <summary>DELTA, JSON and others.</summary>
    public string? DataSourceFormat { get; init; }

    /// <summary>Where the data is.</summary>
    public string? StorageLocation { get; init; }

    /// <summary>Its columns.</summary>
    public IReadOnlyList<ColumnMessage>? Columns { get; init; }

    /// <summary>A row filter; its presence is what counts.</summary>
    public JsonElement? RowFilter { get; init; }

    /// <summary>Its owner.</summary>
    public string? Owner { get; init; }

    /// <summary>Properties, when it is created.</summary>
    public IReadOnlyDictionary<string, string>? Properties { get; init; }
}

/// <summary>A column as the catalog writes it.</summary>
internal sealed record ColumnMessage
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Spark SQL type.</summary>
    public string? TypeText { get; init; }

    /// <summary>The catalog's word for the type.</summary>
    public string? TypeName { get; init; }

    /// <summary>Spark's StructField as a JSON text.</summary>
    public string? TypeJson { get; init; }

    /// <summary>From zero.</summary>
    public int? Position { get; init; }

    /// <summary>Whether it may be null.</summary>
    public bool? Nullable { get; init; }

    /// <summary>A mask; its presence is what counts.</summary>
    public JsonElement? Mask { get; init; }
}
