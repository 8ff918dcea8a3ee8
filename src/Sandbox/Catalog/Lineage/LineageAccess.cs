using GovernedFinetune.Sandbox.Catalog.Http;
using GovernedFinetune.Sandbox.Catalog.Identity;
using GovernedFinetune.Sandbox.Catalog.Models;
using GovernedFinetune.Sandbox.Catalog.Permissions;
using GovernedFinetune.Sandbox.Catalog.Securables;

namespace GovernedFinetune.Sandbox.Catalog.Lineage;

/// <summary>Who may draw and see relationships.</summary>
internal sealed class LineageAccess(CatalogState state, Resolver resolver, Authorizer authorizer, Locations locations, ModelRegistry registry)
{
    /// <summary>
    /// Checks that a relationship may be drawn. At least one end is an external metadata object, and MODIFY on that is
    /// needed; the end in the catalog needs a read or a write privilege, by <see cref="CatalogSettings.LineageRule"/>.
    /// </summary>
    public void RequireMayDraw(Caller caller, LineageEnd source, LineageEnd target)
    {
        if (source == target)
        {
            throw ApiError.Invalid("target", "is the same object as the source.");
        }

        if (source.Kind != LineageKind.ExternalMetadata && target.Kind != LineageKind.ExternalMetadata)
        {
            throw ApiError.Invalid("source", "and 'target' are both in the catalog; one of them must be an external_metadata object.");
        }

        var readSource = state.Settings.LineageRule == LineageRule.ReadForSource;
        RequireEnd(caller, source, write: !readSource);
        RequireEnd(caller, target, write: readSource);
    }

    /// <summary>Checks that the caller may read the object whose lineage it asks for.</summary>
    public void RequireSees(Caller caller, LineageEnd end)
    {
        switch (end.Kind)
        {
            case LineageKind.Table:
                var table = resolver.EnterTable(caller, end.Name, "object_info.table.name");
                if (!authorizer.Sees(caller, table))
                {
                    throw ApiError.Denied(Privileges.Select, table);
                }

                break;
            case LineageKind.ModelVersion:
                _ = registry.ReadVersion(caller, end.Name, end.Version);
                break;
            case LineageKind.ExternalMetadata:
                var metadata = Metadata(end);
                if (!authorizer.Sees(caller, metadata))
                {
                    throw ApiError.Denied(Privileges.Browse, metadata);
                }

                break;
            default:
                if (locations.Of(StorageUrl.Parse(end.Name, "object_info.path.url")) is { } location && !authorizer.Sees(caller, location))
                {
                    throw ApiError.Denied(Privileges.ReadFiles, location);
                }

                break;
        }
    }

    public ExternalMetadata Metadata(LineageEnd end) => state.ExternalMetadata.GetValueOrDefault(end.Name)
        ?? throw ApiError.Missing(SecurableKind.ExternalMetadata, end.Name);

    private void RequireEnd(Caller caller, LineageEnd end, bool write)
    {
        switch (end.Kind)
        {
            case LineageKind.Table:
                authorizer.Require(caller, write ? Privileges.Modify : Privileges.Select, resolver.EnterTable(caller, end.Name, "table.name"));
                break;
            case LineageKind.ModelVersion:
                // Which privilege "writes" a model version is not documented: whoever may manage the model.
                _ = registry.ReadVersion(caller, end.Name, end.Version);
                if (write)
                {
                    authorizer.RequireManages(caller, state.Models[end.Name]);
                }

                break;
            case LineageKind.ExternalMetadata:
                authorizer.Require(caller, Privileges.Modify, Metadata(end));
                break;
            default:
                // A path outside every external location is nobody's in the catalog; MODIFY on the other end has to do.
                if (locations.Of(StorageUrl.Parse(end.Name, "path.url")) is { } location)
                {
                    authorizer.Require(caller, write ? Privileges.WriteFiles : Privileges.ReadFiles, location);
                }

                break;
        }
    }
}
