using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Resources;

namespace GovernedFinetune.Sandbox.Kubernetes.Discovery;

/// <summary>What the server serves, in the plain form: one document a group and version.</summary>
internal static class DiscoveryDocuments
{
    private static readonly string[] StatusVerbs = ["get", "patch", "update"];

    /// <summary>The verbs of a status subresource.</summary>
    public static IReadOnlyList<string> VerbsOfStatus => StatusVerbs;

    /// <summary><c>/api</c>.</summary>
    public static JsonObject CoreVersions(string serverAddress) => new()
    {
        ["kind"] = "APIVersions",
        ["versions"] = new JsonArray("v1"),
        ["serverAddressByClientCIDRs"] = new JsonArray(new JsonObject { ["clientCIDR"] = "0.0.0.0/0", ["serverAddress"] = serverAddress }),
    };

    /// <summary><c>/apis</c>.</summary>
    public static JsonObject Groups(ResourceRegistry registry) => new()
    {
        ["kind"] = "APIGroupList",
        ["apiVersion"] = "v1",
        ["groups"] = new JsonArray([.. GroupNames(registry).Select(g => Describe(registry, g))]),
    };

    /// <summary><c>/apis/group</c>, or null.</summary>
    public static JsonObject? Group(ResourceRegistry registry, string group)
    {
        if (!GroupNames(registry).Contains(group))
        {
            return null;
        }

        var document = Describe(registry, group);
        document["kind"] = "APIGroup";
        document["apiVersion"] = "v1";
        return document;
    }

    /// <summary><c>/api/v1</c> and <c>/apis/group/version</c>, or null.</summary>
    public static JsonObject? Resources(ResourceRegistry registry, string group, string version)
    {
        var types = registry.All.Where(t => t.Group == group && t.Version == version).ToList();
        return types.Count == 0
            ? null
            : new JsonObject
            {
                ["kind"] = "APIResourceList",
                ["apiVersion"] = "v1",
                ["groupVersion"] = types[0].ApiVersion,
                ["resources"] = new JsonArray([.. types.SelectMany(Describe)]),
            };
    }

    /// <summary>The named groups, in the order in which discovery shows them.</summary>
    public static IReadOnlyList<string> GroupNames(ResourceRegistry registry) =>
        [.. registry.All.Select(t => t.Group).Where(g => g.Length > 0).Distinct(StringComparer.Ordinal)];

    /// <summary>The versions of a group, the preferred one first.</summary>
    public static IReadOnlyList<string> Versions(ResourceRegistry registry, string group) =>
        [.. registry.All.Where(t => t.Group == group).Select(t => t.Version).Distinct(StringComparer.Ordinal).OrderDescending(VersionOrder.Instance)];

    private static JsonObject Describe(ResourceRegistry registry, string group)
    {
        var versions = Versions(registry, group).Select(v => new JsonObject { ["groupVersion"] = $"{group}/{v}", ["version"] = v }).ToList();
        return new JsonObject
        {
            ["name"] = group,
            ["versions"] = new JsonArray([.. versions]),
            ["preferredVersion"] = versions[0].DeepClone(),
        };
    }

    private static IEnumerable<JsonNode> Describe(ResourceType type)
    {
        var resource = new JsonObject
        {
            ["name"] = type.Plural,
            ["singularName"] = type.Singular,
            ["namespaced"] = type.Namespaced,
            ["kind"] = type.Kind,
            ["verbs"] = Strings(type.Verbs),
        };
        if (type.ShortNames.Count > 0)
        {
            resource["shortNames"] = Strings(type.ShortNames);
        }

        if (type.Categories.Count > 0)
        {
            resource["categories"] = Strings(type.Categories);
        }

        yield return resource;
        if (type.HasStatus)
        {
            yield return new JsonObject
            {
                ["name"] = $"{type.Plural}/status",
                ["singularName"] = "",
                ["namespaced"] = type.Namespaced,
                ["kind"] = type.Kind,
                ["verbs"] = Strings(VerbsOfStatus),
            };
        }

        foreach (var subresource in type.Subresources)
        {
            yield return new JsonObject
            {
                ["name"] = $"{type.Plural}/{subresource.Name}",
                ["singularName"] = "",
                ["namespaced"] = type.Namespaced,
                ["group"] = subresource.Body.Group,
                ["version"] = subresource.Body.Version,
                ["kind"] = subresource.Body.Kind,
                ["verbs"] = Strings(subresource.Verbs),
            };
        }
    }

    internal static JsonArray Strings(IEnumerable<string> values) => new([.. values.Select(v => (JsonNode)v)]);
}
