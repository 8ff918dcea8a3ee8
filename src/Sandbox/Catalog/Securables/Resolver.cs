using GovernedFinetune.Sandbox.Catalog.Http;
using GovernedFinetune.Sandbox.Catalog.Identity;
using GovernedFinetune.Sandbox.Catalog.Models;
using GovernedFinetune.Sandbox.Catalog.Permissions;

namespace GovernedFinetune.Sandbox.Catalog.Securables;

/// <summary>
/// Finds securables by name. The <c>Enter</c> forms walk down as the service does: each level must exist and may be
/// used before the next is looked at, so that a caller learns nothing of what is inside a catalog that it cannot use.
/// </summary>
internal sealed class Resolver(CatalogState state, Authorizer authorizer)
{
    public CatalogEntry Catalog(string name) => state.Catalogs.GetValueOrDefault(name) ?? throw ApiError.Missing(SecurableKind.Catalog, name);

    public SchemaEntry Schema(string fullName) => state.Schemas.GetValueOrDefault(fullName) ?? throw ApiError.Missing(SecurableKind.Schema, fullName);

    public CatalogEntry EnterCatalog(Caller caller, string name)
    {
        var catalog = Catalog(name);
        authorizer.Require(caller, Privileges.UseCatalog, catalog);
        return catalog;
    }

    public SchemaEntry EnterSchema(Caller caller, string catalog, string schema)
    {
        _ = EnterCatalog(caller, catalog);
        var found = Schema($"{catalog}.{schema}");
        authorizer.Require(caller, Privileges.UseSchema, found);
        return found;
    }

    public TableEntry EnterTable(Caller caller, string fullName, string field)
    {
        var (catalog, schema, name) = Names.Three(fullName, field);
        _ = EnterSchema(caller, catalog, schema);
        return state.Tables.GetValueOrDefault($"{catalog}.{schema}.{name}")
            ?? throw ApiError.Missing(SecurableKind.Table, $"{catalog}.{schema}.{name}");
    }

    public RegisteredModel EnterModel(Caller caller, string fullName, string field)
    {
        var (catalog, schema, name) = Names.Three(fullName, field);
        _ = EnterSchema(caller, catalog, schema);
        return state.Models.GetValueOrDefault($"{catalog}.{schema}.{name}")
            ?? throw ApiError.Missing(SecurableKind.Model, $"{catalog}.{schema}.{name}");
    }

    /// <summary>A principal that may own things, as the account spells it.</summary>
    public string Owner(string named) => state.Principals.Canonical(named)
        ?? throw new ApiError(404, "PRINCIPAL_DOES_NOT_EXIST", $"Could not find principal with name '{named}'.");

    /// <summary>The target of a permission call: the type in any case, the metastore by its UUID only, models as functions.</summary>
    public Securable ByType(string type, string fullName)
    {
        var kind = SecurableKind.Kept.FirstOrDefault(k => string.Equals(k.Wire, type, StringComparison.OrdinalIgnoreCase));
        if (kind is null)
        {
            throw SecurableKind.Others.Contains(type.ToUpperInvariant())
                ? new ApiError(404, "RESOURCE_DOES_NOT_EXIST", $"{type} '{fullName}' does not exist.")
                : ApiError.Invalid("securable_type", $"is '{type}', which is not a securable type.");
        }

        if (kind == SecurableKind.Metastore)
        {
            return fullName == state.Metastore.Id
                ? state.Metastore
                : throw ApiError.Invalid("full_name", $"is '{fullName}'; a metastore is addressed by its id.");
        }

        var lower = fullName.ToLowerInvariant();
        Securable? found = kind switch
        {
            _ when kind == SecurableKind.Catalog => state.Catalogs.GetValueOrDefault(lower),
            _ when kind == SecurableKind.Schema => state.Schemas.GetValueOrDefault(lower),
            _ when kind == SecurableKind.Table => state.Tables.GetValueOrDefault(lower),
            _ when kind == SecurableKind.Model => state.Models.GetValueOrDefault(lower),
            _ when kind == SecurableKind.ExternalLocation => state.ExternalLocations.GetValueOrDefault(fullName),
            _ when kind == SecurableKind.StorageCredential => state.StorageCredentials.GetValueOrDefault(fullName),
            _ => state.ExternalMetadata.GetValueOrDefault(fullName),
        };
        return found ?? throw ApiError.Missing(kind, fullName);
    }
}
