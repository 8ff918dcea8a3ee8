using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Resources;
using Microsoft.Net.Http.Headers;

namespace GovernedFinetune.Sandbox.Kubernetes.Discovery;

/// <summary>What the server serves, all groups in one document, as clients since 1.26 ask for it.</summary>
internal static class AggregatedDiscovery
{
    /// <summary>The version of <c>apidiscovery.k8s.io</c> that the client prefers, or null when it wants the plain form.</summary>
    public static string? Wanted(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var types))
        {
            return null;
        }

        foreach (var type in types)
        {
            if (type.MediaType != "application/json")
            {
                continue;
            }

            var (group, version, form) = (Parameter(type, "g"), Parameter(type, "v"), Parameter(type, "as"));
            if (group == "apidiscovery.k8s.io" && version is "v2" or "v2beta1" && form == "APIGroupDiscoveryList")
            {
                return version;
            }

            if (form.Length == 0)
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>Media type of the document.</summary>
    public static string ContentType(string version) => $"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList";

    /// <summary>The document of <c>/api</c> (the core group) or <c>/apis</c> (all others).</summary>
    public static JsonObject Document(ResourceRegistry registry, string version, bool core) => new()
    {
        ["kind"] = "APIGroupDiscoveryList",
        ["apiVersion"] = $"apidiscovery.k8s.io/{version}",
        ["metadata"] = new JsonObject(),
        ["items"] = new JsonArray([.. (core ? [""] : DiscoveryDocuments.GroupNames(registry)).Select(g => Group(registry, g))]),
    };

    private static JsonObject Group(ResourceRegistry registry, string group) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = group, ["creationTimestamp"] = null },
        ["versions"] = new JsonArray([.. DiscoveryDocuments.Versions(registry, group).Select(v => Version(registry, group, v))]),
    };

    private static JsonObject Version(ResourceRegistry registry, string group, string version) => new()
    {
        ["version"] = version,
        ["resources"] = new JsonArray([.. registry.All.Where(t => t.Group == group && t.Version == version).Select(Resource)]),
        ["freshness"] = "Current",
    };

    private static JsonObject Resource(ResourceType type)
    {
        var resource = new JsonObject
        {
            ["resource"] = type.Plural,
            ["responseKind"] = Kind(type),
            ["scope"] = type.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = type.Singular,
            ["verbs"] = DiscoveryDocuments.Strings(type.Verbs),
        };
        if (type.ShortNames.Count > 0)
        {
            resource["shortNames"] = DiscoveryDocuments.Strings(type.ShortNames);
        }

        if (type.Categories.Count > 0)
        {
            resource["categories"] = DiscoveryDocuments.Strings(type.Categories);
        }

        JsonNode[] subresources =
        [
            .. type.HasStatus ? [Subresource("status", type, DiscoveryDocuments.VerbsOfStatus)] : Array.Empty<JsonNode>(),
            .. type.Subresources.Select(s => Subresource(s.Name, s.Body, s.Verbs)),
        ];
        if (subresources.Length > 0)
        {
            resource["subresources"] = new JsonArray(subresources);
        }

        return resource;
    }

    private static JsonObject Subresource(string name, ResourceType body, IReadOnlyList<string> verbs) => new()
    {
        ["subresource"] = name,
        ["responseKind"] = Kind(body),
        ["verbs"] = DiscoveryDocuments.Strings(verbs),
    };

    private static JsonObject Kind(ResourceType type) => new() { ["group"] = type.Group, ["version"] = type.Version, ["kind"] = type.Kind };

    private static string Parameter(MediaTypeHeaderValue type, string name) =>
        type.Parameters.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Value.ToString() ?? "";
}
