using System.Globalization;
using System.Text.RegularExpressions;
using GovernedFinetune.Sandbox.Catalog.Http;
using GovernedFinetune.Sandbox.Catalog.Vending;

namespace GovernedFinetune.Sandbox.Catalog.Models;

/// <summary>
/// Models as MLflow's clients speak of them: full names, versions as strings, wrapped answers, and a JSON body with
/// everything but GET, DELETE included. It is the same registry as <see cref="NativeModelRoutes"/>.
/// </summary>
internal sealed partial class MlflowModelRoutes(ModelRegistry registry, Paging paging) : IRoutes
{
    private const string Base = "/api/2.0/mlflow/unity-catalog";
    private const string Models = Base + "/registered-models";
    private const string Versions = Base + "/model-versions";

    public void Map(RouteTable routes)
    {
        routes.Post(Models + "/create", "registered-models.create", Create);
        routes.Get(Models + "/get", "registered-models.get", call => Wrap(registry.Read(call.Caller, Query(call), "name")));
        routes.Get(Models + "/search", "registered-models.list", call => paging.Paged(
            call, "registered_models", registry.VisibleTo(call.Caller), m => m.FullName, m => Shape(m, detailed: false), "max_results"));
        routes.Patch(Models + "/update", "registered-models.update", call => Wrap(
            registry.Update(call.Caller, Body(call), call.Body.Text("description"), owner: null, newName: null)));
        routes.Delete(Models + "/delete", "registered-models.delete", Delete);

        routes.Post(Models + "/alias", "registered-models.set-alias", SetAlias);
        routes.Delete(Models + "/alias", "registered-models.delete-alias", DeleteAlias);
        routes.Get(Models + "/alias", "registered-models.get-by-alias", call => Wrap(
            registry.ByAlias(call.Caller, Query(call), call.RequiredQuery("alias"))));
        MapTags(routes, Models, "registered-models", _ => null);

        routes.Post(Versions + "/create", "model-versions.create", CreateVersion);
        routes.Get(Versions + "/get", "model-versions.get", GetVersion);
        routes.Get(Versions + "/search", "model-versions.list", SearchVersions);
        routes.Patch(Versions + "/update", "model-versions.update", call => Wrap(
            registry.UpdateVersion(call.Caller, Body(call), BodyVersion(call), call.Body.Text("description"))));
        routes.Delete(Versions + "/delete", "model-versions.delete", DeleteVersion);
        routes.Post(Versions + "/finalize", "model-versions.finalize", call => Wrap(
            registry.FinalizeVersion(call.Caller, Body(call), BodyVersion(call))));
        routes.Post(Versions + "/generate-temporary-credentials", "temporary-model-version-credentials", Vend);
        routes.Get(Versions + "/get-download-uri", "model-versions.get-download-uri", call => new
        {
            artifact_uri = registry.ReadVersion(call.Caller, Query(call), QueryVersion(call)).Location.ToString(),
        });
        MapTags(routes, Versions, "model-versions", call => BodyVersion(call));
    }

    private void MapTags(RouteTable routes, string path, string family, Func<Call, int?> version)
    {
        object? Set(Call call)
        {
            var tag = new Dictionary<string, string> { [call.Body.RequiredText("key")] = call.Body.Text("value") ?? "" };
            registry.ChangeTags(call.Caller, Body(call), version(call), tag, []);
            return null;
        }

        object? Remove(Call call)
        {
            registry.ChangeTags(call.Caller, Body(call), version(call), new Dictionary<string, string>(), [call.Body.RequiredText("key")]);
            return null;
        }

        routes.Post(path + "/set-tag", family + ".set-tag", Set);
        routes.Delete(path + "/delete-tag", family + ".delete-tag", Remove);
    }

    private object Create(Call call) => Wrap(
        registry.Create(call.Caller, Body(call), call.Body.Text("description"), Tag.Read(call.Body, "tags"), "name"));

    private object? Delete(Call call)
    {
        registry.Delete(call.Caller, Body(call));
        return null;
    }

    private object? SetAlias(Call call)
    {
        _ = registry.SetAlias(call.Caller, Body(call), call.Body.RequiredText("alias"), BodyVersion(call));
        return null;
    }

    private object? DeleteAlias(Call call)
    {
        registry.DeleteAlias(call.Caller, Body(call), call.Body.RequiredText("alias"));
        return null;
    }

    private object CreateVersion(Call call)
    {
        var body = call.Body;
        var request = new VersionRequest(
            body.RequiredText("source"), body.Text("run_id"), body.Text("run_tracking_server_id"), body.Text("description"), Tag.Read(body, "tags"));
        return Wrap(registry.CreateVersion(call.Caller, Body(call), request, "name"));
    }

    private object GetVersion(Call call)
    {
        var model = registry.Read(call.Caller, Query(call), "name");
        return Wrap((model, registry.ReadVersion(call.Caller, model.FullName, QueryVersion(call))));
    }

    /// <summary>Only <c>name='...'</c> can be searched for, and what is found has neither tags nor aliases.</summary>
    private object SearchVersions(Call call)
    {
        var filter = call.RequiredQuery("filter");
        if (NameFilter().Match(filter) is not { Success: true } match)
        {
            throw ApiError.Invalid("filter", $"is \"{filter}\"; expected name='catalog.schema.model'.");
        }

        call.Concerns(match.Groups["name"].Value);
        var model = registry.Read(call.Caller, match.Groups["name"].Value, "filter");
        return paging.Paged(
            call,
            "model_versions",
            model.Versions.Values,
            v => v.Version.ToString("D10", CultureInfo.InvariantCulture),
            v => Shape(model, v, detailed: false),
            "max_results");
    }

    private object? DeleteVersion(Call call)
    {
        registry.DeleteVersion(call.Caller, Body(call), BodyVersion(call));
        return null;
    }

    private object Vend(Call call)
    {
        var write = call.Body.RequiredText("operation") switch
        {
            "MODEL_VERSION_OPERATION_READ" => false,
            "MODEL_VERSION_OPERATION_READ_WRITE" => true,
            var other => throw ApiError.Invalid(
                "operation", $"is '{other}'; expected MODEL_VERSION_OPERATION_READ or MODEL_VERSION_OPERATION_READ_WRITE."),
        };
        var vended = registry.Vend(call.Caller, Body(call), BodyVersion(call), write);

        // MLflow's message has no url: the client takes storage_location of the version.
        return new { credentials = new MlflowCredentials(vended.AwsTempCredentials, vended.ExpirationTime, "CUSTOMER_HOSTED") };
    }

    private static string Body(Call call) => Concerning(call, call.Body.RequiredText("name"));

    private static string Query(Call call) => Concerning(call, call.RequiredQuery("name"));

    private static string Concerning(Call call, string name)
    {
        call.Concerns(name.ToLowerInvariant());
        return name;
    }

    private static int BodyVersion(Call call) => Version(call.Body.RequiredText("version"));

    private static int QueryVersion(Call call) => Version(call.RequiredQuery("version"));

    private static int Version(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw ApiError.Invalid("version", $"is '{text}'; expected an integer as a string.");

    private static object Wrap(RegisteredModel model) => new { registered_model = Shape(model, detailed: true) };

    private static object Wrap((RegisteredModel Model, ModelVersion Version) found) =>
        new { model_version = Shape(found.Model, found.Version, detailed: true) };

    private static object Shape(RegisteredModel model, bool detailed) => new
    {
        Name = model.FullName,
        CreationTimestamp = model.Created.Milliseconds,
        LastUpdatedTimestamp = model.Updated.Milliseconds,
        UserId = model.Created.By,
        Description = model.Comment,
        Aliases = detailed ? model.Aliases.Select(a => new { alias = a.Key, version = Text(a.Value) }).ToList() : [],
        Tags = detailed ? Tag.List(model.Tags) : [],
    };

    private static object Shape(RegisteredModel model, ModelVersion version, bool detailed) => new
    {
        Name = model.FullName,
        Version = Text(version.Version),
        CreationTimestamp = version.Created.Milliseconds,
        LastUpdatedTimestamp = version.Updated.Milliseconds,
        UserId = version.Created.By,
        Description = version.Comment,
        version.Source,
        version.RunId,
        version.RunTrackingServerId,
        version.Status,
        StorageLocation = version.Location.ToString(),
        Aliases = detailed ? model.AliasesOf(version).ToList() : [],
        Tags = detailed ? Tag.List(version.Tags) : [],
    };

    private static string Text(int version) => version.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\A\s*name\s*=\s*'(?<name>[^']*)'\s*\z")]
    private static partial Regex NameFilter();

    private sealed record MlflowCredentials(AwsTempCredentials AwsTempCredentials, long ExpirationTime, string StorageMode);
}
