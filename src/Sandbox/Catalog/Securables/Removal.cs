using GovernedFinetune.Sandbox.Catalog.Http;
using GovernedFinetune.Sandbox.Catalog.Lineage;
using GovernedFinetune.Sandbox.Catalog.Models;

namespace GovernedFinetune.Sandbox.Catalog.Securables;

/// <summary>Drops securables with what hangs on them. Data files stay.</summary>
internal sealed class Removal(CatalogState state)
{
    public void Remove(CatalogEntry catalog, bool force)
    {
        var schemas = state.Schemas.Values.Where(s => s.Catalog == catalog).ToList();
        if (schemas.Count > 0 && !force)
        {
            throw ApiError.InvalidState($"Catalog '{catalog.FullName}' is not empty: it has {schemas.Count} schema(s). Drop them first or use force.");
        }

        schemas.ForEach(s => Remove(s, force));
        _ = state.Catalogs.Remove(catalog.FullName);
    }

    public void Remove(SchemaEntry schema, bool force)
    {
        var tables = state.Tables.Values.Where(t => t.Schema == schema).ToList();
        var models = state.Models.Values.Where(m => m.Schema == schema).ToList();
        if (tables.Count + models.Count > 0 && !force)
        {
            throw ApiError.InvalidState(
                $"Schema '{schema.FullName}' is not empty: it has {tables.Count} table(s) and {models.Count} model(s). Drop them first or use force.");
        }

        tables.ForEach(Remove);
        models.ForEach(Remove);
        _ = state.Schemas.Remove(schema.FullName);
    }

    public void Remove(TableEntry table)
    {
        _ = state.Tables.Remove(table.FullName);

        // A new table of this name is another object and must not inherit the history of the old one.
        state.Lineage.RemoveOf(LineageEnd.Table(table.FullName));
    }

    public void Remove(RegisteredModel model)
    {
        foreach (var version in model.Versions.Keys)
        {
            state.Lineage.RemoveOf(LineageEnd.ModelVersion(model.FullName, version));
        }

        _ = state.Models.Remove(model.FullName);
    }

    public void Remove(RegisteredModel model, ModelVersion version)
    {
        model.Remove(version);
        state.Lineage.RemoveOf(LineageEnd.ModelVersion(model.FullName, version.Version));
    }

    public void Remove(ExternalMetadata metadata)
    {
        _ = state.ExternalMetadata.Remove(metadata.Name);
        state.Lineage.RemoveOf(LineageEnd.ExternalMetadata(metadata.Name));
    }
}
