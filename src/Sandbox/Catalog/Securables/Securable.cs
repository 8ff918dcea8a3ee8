using GovernedFinetune.Sandbox.Catalog.Permissions;

namespace GovernedFinetune.Sandbox.Catalog.Securables;

/// <summary>Who did something, and when.</summary>
internal sealed record Stamp(string By, DateTimeOffset At)
{
    public long Milliseconds => At.ToUnixTimeMilliseconds();
}

/// <summary>Something that can be owned and granted on.</summary>
/// <param name="kind">What it is.</param>
/// <param name="name">Its own name.</param>
/// <param name="parent">Where its grants are inherited from; the metastore's are not, so nothing has it as a parent.</param>
/// <param name="created">Who made it; that is its first owner.</param>
internal abstract class Securable(SecurableKind kind, string name, Securable? parent, Stamp created)
{
    public SecurableKind Kind => kind;

    public string Name { get; protected set; } = name;

    /// <summary><c>catalog</c>, <c>catalog.schema</c>, <c>catalog.schema.object</c> or, outside catalogs, the name.</summary>
    public virtual string FullName => parent is null ? Name : $"{parent.FullName}.{Name}";

    public string Owner { get; set; } = created.By;

    public string? Comment { get; set; }

    public Stamp Created { get; } = created;

    public Stamp Updated { get; set; } = created;

    public GrantTable Grants { get; } = new();

    public IEnumerable<Securable> SelfAndAncestors()
    {
        for (var at = this; at is not null; at = at.Above)
        {
            yield return at;
        }
    }

    public IEnumerable<Securable> Ancestors() => SelfAndAncestors().Skip(1);

    private Securable? Above => parent;
}

internal sealed class MetastoreEntry(string name, string region, string accountId, StorageUrl root, Stamp created)
    : Securable(SecurableKind.Metastore, name, null, created)
{
    public string Id { get; } = Guid.NewGuid().ToString();

    public string Region => region;

    public string AccountId => accountId;

    public long WorkspaceId { get; } = 7405600000000001;

    public bool ExternalAccessEnabled { get; set; }

    public StorageUrl StorageRoot { get; set; } = root;

    /// <summary>Privileges on it are addressed by its UUID; its name is not accepted.</summary>
    public override string FullName => Id;
}

internal sealed class CatalogEntry(string name, Stamp created) : Securable(SecurableKind.Catalog, name, null, created)
{
    public IReadOnlyDictionary<string, string> Properties { get; set; } = new Dictionary<string, string>();

    public StorageUrl? StorageRoot { get; init; }
}

internal sealed class SchemaEntry(string name, CatalogEntry catalog, Stamp created) : Securable(SecurableKind.Schema, name, catalog, created)
{
    public string Id { get; } = Guid.NewGuid().ToString();

    public CatalogEntry Catalog => catalog;

    public IReadOnlyDictionary<string, string> Properties { get; set; } = new Dictionary<string, string>();

    public StorageUrl? StorageRoot { get; init; }
}

internal sealed class TableEntry(string name, SchemaEntry schema, Stamp created) : Securable(SecurableKind.Table, name, schema, created)
{
    /// <summary>The key for vending; a table that is dropped and made again has another.</summary>
    public string Id { get; } = Guid.NewGuid().ToString();

    public SchemaEntry Schema => schema;

    public required string TableType { get; init; }

    public string? DataSourceFormat { get; init; }

    public StorageUrl? Location { get; init; }

    public string? StorageCredentialName { get; init; }

    public IReadOnlyList<ColumnInfo> Columns { get; init; } = [];

    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    public string? ViewDefinition { get; init; }

    public RowFilter? RowFilter { get; init; }
}

internal sealed class ExternalLocation(string name, StorageUrl url, Stamp created) : Securable(SecurableKind.ExternalLocation, name, null, created)
{
    public string Id { get; } = Guid.NewGuid().ToString();

    public StorageUrl Url => url;

    public required string CredentialName { get; init; }

    public bool ReadOnly { get; set; }
}

internal sealed class StorageCredential(string name, Stamp created) : Securable(SecurableKind.StorageCredential, name, null, created)
{
    public string Id { get; } = Guid.NewGuid().ToString();

    public required string RoleArn { get; init; }

    public bool ReadOnly { get; init; }
}

/// <summary>A column as the catalog describes it; the service does not check it against the data.</summary>
internal sealed record ColumnInfo
{
    public required string Name { get; init; }

    public string? TypeText { get; init; }

    public string? TypeName { get; init; }

    public string? TypeJson { get; init; }

    public int? Position { get; init; }

    public bool? Nullable { get; init; }

    public string? Comment { get; init; }

    public int? PartitionIndex { get; init; }

    public int? TypePrecision { get; init; }

    public int? TypeScale { get; init; }

    public string? TypeIntervalType { get; init; }

    public ColumnMask? Mask { get; init; }
}

internal sealed record ColumnMask(string FunctionName, IReadOnlyList<string> UsingColumnNames);

internal sealed record RowFilter(string FunctionName, IReadOnlyList<string> InputColumnNames);
