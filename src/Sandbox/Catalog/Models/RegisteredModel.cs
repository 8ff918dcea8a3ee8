using GovernedFinetune.Sandbox.Catalog.Securables;

namespace GovernedFinetune.Sandbox.Catalog.Models;

/// <summary>Where a version is on its way; names as on the wire.</summary>
internal static class VersionStatus
{
    public const string Pending = "PENDING_REGISTRATION";
    public const string Ready = "READY";
}

/// <summary>A registered model with its versions.</summary>
internal sealed class RegisteredModel(string name, SchemaEntry schema, StorageUrl location, Stamp created)
    : Securable(SecurableKind.Model, name, schema, created)
{
    private int _lastVersion;

    public string Id { get; } = Guid.NewGuid().ToString();

    public SchemaEntry Schema => schema;

    public StorageUrl Location => location;

    public SortedDictionary<int, ModelVersion> Versions { get; } = [];

    public SortedDictionary<string, int> Aliases { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, string> Tags { get; } = new(StringComparer.Ordinal);

    public void Rename(string to) => Name = to;

    /// <summary>Adds the next version. Numbers of deleted versions are not used again.</summary>
    public ModelVersion Add(Func<int, StorageUrl, ModelVersion> make)
    {
        var number = ++_lastVersion;
        var version = make(number, location.Child(number.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        Versions.Add(number, version);
        return version;
    }

    public void Remove(ModelVersion version)
    {
        _ = Versions.Remove(version.Version);
        foreach (var (alias, _) in Aliases.Where(a => a.Value == version.Version).ToList())
        {
            _ = Aliases.Remove(alias);
        }
    }

    public IEnumerable<string> AliasesOf(ModelVersion version) => Aliases.Where(a => a.Value == version.Version).Select(a => a.Key);
}

/// <summary>One version of a registered model.</summary>
internal sealed class ModelVersion(int version, StorageUrl location, Stamp created)
{
    public string Id { get; } = Guid.NewGuid().ToString();

    public int Version => version;

    /// <summary>Where its files are; chosen by the service.</summary>
    public StorageUrl Location => location;

    public Stamp Created { get; } = created;

    public Stamp Updated { get; set; } = created;

    /// <summary>Where the caller says the files came from; never fetched.</summary>
    public string? Source { get; init; }

    /// <summary>The run that made it, as text that nobody checks.</summary>
    public string? RunId { get; init; }

    public string? RunTrackingServerId { get; init; }

    public string? Comment { get; set; }

    public string Status { get; set; } = VersionStatus.Pending;

    public SortedDictionary<string, string> Tags { get; } = new(StringComparer.Ordinal);
}
