using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Resources;

namespace GovernedFinetune.Sandbox.Kubernetes.OpenApi;

/// <summary>The paths of a resource, with the parameters by which kubectl learns what the server can do.</summary>
internal static class OpenApiPaths
{
    /// <summary>Name of the component for deletions.</summary>
    public const string DeleteOptions = "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions";

    private static readonly string[] PatchTypes = ["application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json"];

    /// <summary>The paths and their operations.</summary>
    public static IEnumerable<(string Path, JsonObject Operations)> Of(ResourceType type)
    {
        var root = type.Group.Length == 0 ? $"/api/{type.Version}" : $"/apis/{type.Group}/{type.Version}";
        var collection = type.Namespaced ? $"{root}/namespaces/{{namespace}}/{type.Plural}" : $"{root}/{type.Plural}";
        if (type.IsReview)
        {
            yield return (collection, WithPathParameters(type, named: false, new JsonObject { ["post"] = Create(type) }));
            yield break;
        }

        if (type.Namespaced)
        {
            yield return ($"{root}/{type.Plural}", new JsonObject { ["get"] = List(type) });
        }

        yield return (collection, WithPathParameters(type, named: false, new JsonObject
        {
            ["get"] = List(type),
            ["post"] = Create(type),
            ["delete"] = Delete(type, "deletecollection", collection: true),
        }));
        yield return ($"{collection}/{{name}}", WithPathParameters(type, named: true, Single(type, withDelete: true)));
        if (type.HasStatus)
        {
            yield return ($"{collection}/{{name}}/status", WithPathParameters(type, named: true, Single(type, withDelete: false)));
        }
    }

    private static JsonObject Single(ResourceType type, bool withDelete)
    {
        string[] patches = type.IsCustom ? PatchTypes : [.. PatchTypes, "application/strategic-merge-patch+json"];
        var operations = new JsonObject
        {
            ["get"] = Operation(type, "get", $"Read a {type.Kind}.", type.SchemaName, ["pretty"]),
            ["put"] = Write(type, "put", "Replace", ["application/json"], ["dryRun", "fieldManager", "fieldValidation"]),
            ["patch"] = Write(type, "patch", "Change", patches, ["dryRun", "fieldManager", "fieldValidation", "force"]),
        };
        if (withDelete)
        {
            operations["delete"] = Delete(type, "delete", collection: false);
        }

        return operations;
    }

    private static JsonObject Create(ResourceType type) =>
        Write(type, "post", "Create", ["application/json"], ["dryRun", "fieldManager", "fieldValidation"]);

    private static JsonObject List(ResourceType type) => Operation(
        type,
        "list",
        $"List or watch objects of kind {type.Kind}.",
        $"{type.SchemaName}List",
        ["allowWatchBookmarks", "continue", "fieldSelector", "labelSelector", "limit", "resourceVersion", "resourceVersionMatch", "sendInitialEvents", "timeoutSeconds", "watch"]);

    private static JsonObject Write(ResourceType type, string action, string verb, string[] mediaTypes, string[] parameters)
    {
        var operation = Operation(type, action, $"{verb} a {type.Kind}.", type.SchemaName, parameters);
        var content = new JsonObject();
        foreach (var mediaType in mediaTypes)
        {
            content[mediaType] = new JsonObject
            {
                ["schema"] = action == "patch" ? new JsonObject { ["type"] = "object" } : BuiltinResources.Reference(type.SchemaName),
            };
        }

        operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = content };
        return operation;
    }

    private static JsonObject Delete(ResourceType type, string action, bool collection)
    {
        string[] parameters = ["dryRun", "gracePeriodSeconds", "propagationPolicy"];
        var operation = Operation(
            type,
            action,
            collection ? $"Delete objects of kind {type.Kind}." : $"Delete a {type.Kind}.",
            DeleteOptions,
            collection ? [.. parameters, "fieldSelector", "labelSelector"] : parameters);
        operation["requestBody"] = new JsonObject
        {
            ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = BuiltinResources.Reference(DeleteOptions) } },
        };
        return operation;
    }

    private static JsonObject Operation(ResourceType type, string action, string description, string answer, string[] parameters) => new()
    {
        ["description"] = description,
        ["operationId"] = $"{action}{type.Group.Replace(".", "", StringComparison.Ordinal)}{type.Version}{type.Kind}",
        ["parameters"] = new JsonArray([.. parameters.Select(Query)]),
        ["responses"] = new JsonObject
        {
            ["200"] = new JsonObject
            {
                ["description"] = "OK",
                ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = BuiltinResources.Reference(answer) } },
            },
        },
        ["x-kubernetes-action"] = action,
        ["x-kubernetes-group-version-kind"] = OpenApiDocuments.Kind(type, type.Kind),
    };

    private static JsonObject Query(string name) => new()
    {
        ["name"] = name,
        ["in"] = "query",
        ["schema"] = new JsonObject
        {
            ["type"] = name switch
            {
                "limit" or "timeoutSeconds" or "gracePeriodSeconds" => "integer",
                "watch" or "allowWatchBookmarks" or "sendInitialEvents" or "force" => "boolean",
                _ => "string",
            },
        },
    };

    private static JsonObject WithPathParameters(ResourceType type, bool named, JsonObject operations)
    {
        List<string> names = [];
        if (named)
        {
            names.Add("name");
        }

        if (type.Namespaced)
        {
            names.Add("namespace");
        }

        operations["parameters"] = new JsonArray([.. names.Select(name => new JsonObject
        {
            ["name"] = name,
            ["in"] = "path",
            ["required"] = true,
            ["schema"] = new JsonObject { ["type"] = "string" },
        })]);
        return operations;
    }
}
