using System.Security.Cryptography;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Resources;

namespace GovernedFinetune.Sandbox.Kubernetes.OpenApi;

/// <summary>OpenAPI v3: an index, and one document a group and version, made from the same schemas that validate.</summary>
internal sealed class OpenApiDocuments(ResourceRegistry registry, BuiltinResources builtin)
{
    /// <summary><c>/openapi/v3</c>. Each address changes with its document, as clients cache by it.</summary>
    public JsonObject Index()
    {
        var paths = new JsonObject();
        foreach (var (group, version) in registry.All.Select(t => (t.Group, t.Version)).Distinct())
        {
            var path = group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}";
            var hash = Convert.ToHexString(SHA256.HashData(Document(group, version).ToUtf8()));
            paths[path] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{path}?hash={hash}" };
        }

        return new JsonObject { ["paths"] = paths };
    }

    /// <summary>The document of a group and version.</summary>
    public JsonObject Document(string group, string version)
    {
        var types = registry.All.Where(t => t.Group == group && t.Version == version).ToList();
        var paths = new JsonObject();
        var schemas = new JsonObject();
        foreach (var type in types)
        {
            foreach (var (path, operations) in OpenApiPaths.Of(type))
            {
                paths[path] = operations;
            }

            AddSchemas(type, schemas);
        }

        return new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = ServerVersion.GitVersion },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas },
        };
    }

    /// <summary>Whether any resource is in the group and version.</summary>
    public bool Has(string group, string version) => registry.All.Any(t => t.Group == group && t.Version == version);

    private void AddSchemas(ResourceType type, JsonObject schemas)
    {
        var schema = type.SchemaDocument.Copy();
        schema["x-kubernetes-group-version-kind"] = new JsonArray(Kind(type, type.Kind));
        schemas[type.SchemaName] = schema;
        schemas[$"{type.SchemaName}List"] = new JsonObject
        {
            ["description"] = $"A list of {type.Kind}.",
            ["type"] = "object",
            ["required"] = new JsonArray("items"),
            ["properties"] = new JsonObject
            {
                ["apiVersion"] = new JsonObject { ["type"] = "string", ["description"] = "API group and version that this representation follows." },
                ["kind"] = new JsonObject { ["type"] = "string", ["description"] = "Kind of the list." },
                ["metadata"] = new JsonObject { ["description"] = "Metadata of the list.", ["allOf"] = new JsonArray(BuiltinResources.Reference(BuiltinResources.ListMetaName)) },
                ["items"] = new JsonObject { ["type"] = "array", ["description"] = "The objects.", ["items"] = BuiltinResources.Reference(type.SchemaName) },
            },
            ["x-kubernetes-group-version-kind"] = new JsonArray(Kind(type, type.ListKind)),
        };
        AddReferenced(schemas[type.SchemaName], schemas);
        AddReferenced(schemas[$"{type.SchemaName}List"], schemas);
        AddReferenced(BuiltinResources.Reference(OpenApiPaths.DeleteOptions), schemas);
    }

    /// <summary>Copies the components that a schema points at.</summary>
    private void AddReferenced(JsonNode? node, JsonObject schemas)
    {
        switch (node)
        {
            case JsonObject members:
                if (members.Text("$ref") is { } reference)
                {
                    var name = reference[(reference.LastIndexOf('/') + 1)..];
                    if (!schemas.ContainsKey(name) && builtin.Definitions.Object(name) is { } definition)
                    {
                        schemas[name] = definition.DeepClone();
                        AddReferenced(schemas[name], schemas);
                    }
                }

                foreach (var (_, value) in members.ToList())
                {
                    AddReferenced(value, schemas);
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    AddReferenced(item, schemas);
                }

                break;
        }
    }

    internal static JsonObject Kind(ResourceType type, string kind) => new() { ["group"] = type.Group, ["version"] = type.Version, ["kind"] = kind };
}
