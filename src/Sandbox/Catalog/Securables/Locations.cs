using GovernedFinetune.Sandbox.Catalog.Http;
using GovernedFinetune.Sandbox.Catalog.Permissions;

namespace GovernedFinetune.Sandbox.Catalog.Securables;

/// <summary>Which external location a path lies in, and which paths belong to what.</summary>
internal sealed class Locations(CatalogState state, Authorizer authorizer)
{
    /// <summary>The external location that a path lies in; locations do not overlap, so there is at most one.</summary>
    public ExternalLocation? Of(StorageUrl url) => state.ExternalLocations.Values.FirstOrDefault(l => l.Url.Covers(url));

    public ExternalLocation RequireOf(StorageUrl url) => Of(url)
        ?? throw new ApiError(404, "EXTERNAL_LOCATION_DOES_NOT_EXIST", $"No parent external location was found for path '{url}'.");

    /// <summary>Refuses a path that holds, or lies in, the files of a table or the service's own storage.</summary>
    public void RequireFree(StorageUrl url)
    {
        if (state.Tables.Values.FirstOrDefault(t => t.Location?.Overlaps(url) == true) is { } table)
        {
            throw Overlap(url, $"table '{table.FullName}'");
        }

        if (ManagedStorage().Any(managed => managed.Overlaps(url)))
        {
            throw Overlap(url, "managed storage");
        }
    }

    /// <summary>Refuses a path that overlaps another external location.</summary>
    public void RequireNoOther(StorageUrl url, ExternalLocation? except)
    {
        if (state.ExternalLocations.Values.FirstOrDefault(l => l != except && l.Url.Overlaps(url)) is { } other)
        {
            throw Overlap(url, $"external location '{other.Name}'");
        }
    }

    /// <summary>The <c>storage_root</c> of a catalog or schema that is being created; null when it has none.</summary>
    public StorageUrl? StorageRoot(Call call)
    {
        if (call.Body.Text("storage_root") is not { } text)
        {
            return null;
        }

        var root = StorageUrl.Parse(text, "storage_root");
        if (!call.Caller.IsMetastoreAdmin)
        {
            authorizer.Require(call.Caller, Privileges.CreateManagedStorage, RequireOf(root));
        }

        return root;
    }

    /// <summary>Where managed tables and models of a schema are kept: under its own root, its catalog's or the metastore's.</summary>
    public StorageUrl RootOf(SchemaEntry schema) => schema.StorageRoot ?? schema.Catalog.StorageRoot ?? state.Metastore.StorageRoot;

    private IEnumerable<StorageUrl> ManagedStorage() =>
        state.Catalogs.Values.Select(c => c.StorageRoot)
            .Concat(state.Schemas.Values.Select(s => s.StorageRoot))
            .Append(state.Metastore.StorageRoot)
            .OfType<StorageUrl>()
            .Distinct()
            .SelectMany(root => new[] { root.Child("models"), root.Child("tables") });

    private static ApiError Overlap(StorageUrl url, string with) =>
        new(400, "INVALID_PARAMETER_VALUE", $"LOCATION_OVERLAP: Input path url '{url}' overlaps with {with}.") { Reason = "LOCATION_OVERLAP" };
}
