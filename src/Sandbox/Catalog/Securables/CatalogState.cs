using GovernedFinetune.Sandbox.Catalog.Identity;
using GovernedFinetune.Sandbox.Catalog.Lineage;
using GovernedFinetune.Sandbox.Catalog.Models;
using GovernedFinetune.Sandbox.Hosting;

namespace GovernedFinetune.Sandbox.Catalog.Securables;

/// <summary>Everything that the catalog holds. Whoever touches it holds <see cref="Gate"/>.</summary>
internal sealed class CatalogState(SandboxContext context)
{
    public Lock Gate { get; } = new();

    public TimeProvider Clock => context.Clock;

    public CatalogSettings Settings { get; } = new();

    public PrincipalDirectory Principals { get; } = new();

    public MetastoreEntry Metastore { get; } = new(
        "sandbox", context.Options.Region, context.Options.AccountId, new StorageUrl("governed", ""), new Stamp(PrincipalDirectory.Admin, context.Clock.GetUtcNow()));

    public SortedDictionary<string, CatalogEntry> Catalogs { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, SchemaEntry> Schemas { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, TableEntry> Tables { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, RegisteredModel> Models { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, ExternalLocation> ExternalLocations { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, StorageCredential> StorageCredentials { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, ExternalMetadata> ExternalMetadata { get; } = new(StringComparer.Ordinal);

    public LineageGraph Lineage { get; } = new();

    /// <summary>The caller and this moment, for what is made or changed now.</summary>
    public Stamp StampOf(Caller caller) => new(caller.Name, Clock.GetUtcNow());
}
