using System.Globalization;
using GovernedFinetune.Sandbox.Catalog.Http;
using GovernedFinetune.Sandbox.Catalog.Securables;

namespace GovernedFinetune.Sandbox.Catalog.Models;

/// <summary>Models as Unity Catalog's own API: versions are integers, answers are flat.</summary>
internal sealed class NativeModelRoutes(CatalogState state, ModelRegistry registry, Paging paging) : IRoutes
{
    private const string Models = RouteTable.Catalog + "/models";
    private const string One = Models + "/{full_name}";
    private const string Version = One + "/versions/{version}";

    public void Map(RouteTable routes)
    {
        routes.Get(Models, "registered-models.list", List);
        routes.Post(Models, "registered-models.create", Create);
        routes.Get(One, "registered-models.get", call => Shape(registry.Read(call.Caller, Named(call)), call.QueryFlag("include_aliases")));
        routes.Patch(One, "registered-models.update", Update);
        routes.Delete(One, "registered-models.delete", Delete);

        routes.Post(Models + "/versions", "model-versions.create", CreateVersion);
        routes.Get(One + "/versions", "model-versions.list", ListVersions);
        routes.Get(Version, "model-versions.get", GetVersion);
        routes.Patch(Version, "model-versions.update", UpdateVersion);
        routes.Delete(Version, "model-versions.delete", DeleteVersion);
        routes.Patch(Version + "/finalize", "model-versions.finalize", FinalizeVersion);
        routes.Post(RouteTable.Catalog + "/temporary-model-version-credentials", "temporary-model-version-credentials", Vend);

        routes.Put(One + "/aliases/{alias}", "registered-models.set-alias", SetAlias);
        routes.Get(One + "/aliases/{alias}", "registered-models.get-by-alias", GetByAlias);
        routes.Delete(One + "/aliases/{alias}", "registered-models.delete-alias", DeleteAlias);

        routes.Patch(RouteTable.Catalog + "/securable-tags/FUNCTION/{full_name}", "registered-models.set-tag", call => ChangeTags(call, null));
        routes.Patch(
            RouteTable.Catalog + "/subentity-tags/FUNCTION/{full_name}/{version}", "model-versions.set-tag", call => ChangeTags(call, Number(call)));
    }

    private object List(Call call)
    {
        if (call.Query("catalog_name") is not { } catalog)
        {
            return paging.Legacy(call, "registered_models", registry.VisibleTo(call.Caller), m => m.FullName, m => Shape(m, false));
        }

        catalog = Names.Part(catalog, "catalog_name");
        var schema = Names.Part(call.RequiredQuery("schema_name"), "schema_name");
        call.Concerns($"{catalog}.{schema}");
        return paging.Legacy(
            call, "registered_models", registry.InSchema(call.Caller, catalog, schema), m => m.FullName, m => Shape(m, false));
    }

    private object Create(Call call)
    {
        if (call.Body.Has("storage_location"))
        {
            throw ApiError.Invalid("storage_location", "cannot be chosen here; set storage_root on the schema or the catalog.");
        }

        var name = FullName(call.Body, "name");
        call.Concerns(name);
        return Shape(registry.Create(call.Caller, name, call.Body.Text("comment"), new Dictionary<string, string>(), "name"), false);
    }

    private object Update(Call call)
    {
        var name = Named(call);
        return Shape(registry.Update(call.Caller, name, call.Body.Text("comment"), call.Body.Text("owner"), call.Body.Text("new_name")), false);
    }

    private object? Delete(Call call)
    {
        registry.Delete(call.Caller, Named(call));
        return null;
    }

    private object CreateVersion(Call call)
    {
        var body = call.Body;
        var name = FullName(body, "model_name");
        call.Concerns(name);
        var request = new VersionRequest(
            body.RequiredText("source"), body.Text("run_id"), body.Text("run_tracking_server_id"), body.Text("comment"), Tag.Read(body, "tags"));
        var (model, version) = registry.CreateVersion(call.Caller, name, request, "model_name");
        return Shape(model, version, false);
    }

    private object ListVersions(Call call)
    {
        var model = registry.Read(call.Caller, Named(call));
        return paging.Paged(
            call,
            "model_versions",
            model.Versions.Values,
            v => v.Version.ToString("D10", CultureInfo.InvariantCulture),
            v => Shape(model, v, false),
            "max_results");
    }

    private object GetVersion(Call call)
    {
        var model = registry.Read(call.Caller, Named(call));
        return Shape(model, registry.ReadVersion(call.Caller, model.FullName, Number(call)), call.QueryFlag("include_aliases"));
    }

    private object UpdateVersion(Call call)
    {
        var (model, version) = registry.UpdateVersion(call.Caller, Named(call), Number(call), call.Body.Text("comment"));
        return Shape(model, version, false);
    }

    private object? DeleteVersion(Call call)
    {
        registry.DeleteVersion(call.Caller, Named(call), Number(call));
        return null;
    }

    private object FinalizeVersion(Call call)
    {
        var (model, version) = registry.FinalizeVersion(call.Caller, Named(call), Number(call));
        return Shape(model, version, false);
    }

    private object Vend(Call call)
    {
        var name = FullName(call.Body, "model_name");
        call.Concerns(name);
        var version = call.Body.Number("version") ?? throw ApiError.Invalid("version", "is missing.");
        var write = call.Body.RequiredText("operation") switch
        {
            "READ_MODEL_VERSION" => false,
            "READ_WRITE_MODEL_VERSION" => true,
            var other => throw ApiError.Invalid("operation", $"is '{other}'; expected READ_MODEL_VERSION or READ_WRITE_MODEL_VERSION."),
        };
        return registry.Vend(call.Caller, name, version, write);
    }

    private object SetAlias(Call call)
    {
        var number = call.Body.Number("version_num") ?? throw ApiError.Invalid("version_num", "is missing.");
        var alias = call.Route("alias");
        var model = registry.SetAlias(call.Caller, Named(call), alias, number);
        return new
        {
            AliasName = alias,
            VersionNum = number,
            ModelName = model.Name,
            CatalogName = model.Schema.Catalog.Name,
            SchemaName = model.Schema.Name,
            Id = $"{model.Id}/{alias}",
        };
    }

    private object GetByAlias(Call call)
    {
        var (model, version) = registry.ByAlias(call.Caller, Named(call), call.Route("alias"));
        return Shape(model, version, true);
    }

    private object? DeleteAlias(Call call)
    {
        registry.DeleteAlias(call.Caller, Named(call), call.Route("alias"));
        return null;
    }

    private object? ChangeTags(Call call, int? version)
    {
        var changes = call.Body.RequiredObject("changes");
        if (!changes.Has("add_tags") && !changes.Has("remove"))
        {
            throw ApiError.Invalid("changes", "has neither add_tags nor remove.");
        }

        registry.ChangeTags(call.Caller, Named(call), version, Tag.Read(changes, "add_tags"), changes.Texts("remove"));
        return null;
    }

    private static string Named(Call call)
    {
        var name = call.Route("full_name").ToLowerInvariant();
        call.Concerns(name);
        return name;
    }

    private static int Number(Call call) =>
        int.TryParse(call.Route("version"), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw ApiError.Invalid("version", $"is '{call.Route("version")}'; expected an integer.");

    /// <summary>The dialect sends the name in parts.</summary>
    private static string FullName(JsonBody body, string nameField) =>
        $"{Names.Part(body.RequiredText("catalog_name"), "catalog_name")}.{Names.Part(body.RequiredText("schema_name"), "schema_name")}.{Names.Part(body.RequiredText(nameField), nameField)}";

    private object Shape(RegisteredModel model, bool withAliases) => new
    {
        model.Id,
        model.Name,
        CatalogName = model.Schema.Catalog.Name,
        SchemaName = model.Schema.Name,
        model.FullName,
        model.Comment,
        model.Owner,
        StorageLocation = model.Location.ToString(),
        Aliases = withAliases ? model.Aliases.Select(a => new { AliasName = a.Key, VersionNum = a.Value }).ToList() : [],
        MetastoreId = state.Metastore.Id,
        CreatedAt = model.Created.Milliseconds,
        CreatedBy = model.Created.By,
        UpdatedAt = model.Updated.Milliseconds,
        UpdatedBy = model.Updated.By,
    };

    private object Shape(RegisteredModel model, ModelVersion version, bool withAliases) => new
    {
        version.Id,
        ModelName = model.Name,
        CatalogName = model.Schema.Catalog.Name,
        SchemaName = model.Schema.Name,
        version.Version,
        version.Source,
        version.RunId,
        version.Status,
        StorageLocation = version.Location.ToString(),
        version.Comment,
        Aliases = withAliases ? model.AliasesOf(version).Select(a => new { AliasName = a, VersionNum = version.Version }).ToList() : [],
        MetastoreId = state.Metastore.Id,
        CreatedAt = version.Created.Milliseconds,
        CreatedBy = version.Created.By,
        UpdatedAt = version.Updated.Milliseconds,
        UpdatedBy = version.Updated.By,
    };
}
