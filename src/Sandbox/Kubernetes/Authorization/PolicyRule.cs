using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;

namespace GovernedFinetune.Sandbox.Kubernetes.Authorization;

/// <summary>One rule of a role: verbs on resources, or on paths outside resources.</summary>
internal sealed record PolicyRule
{
    private const string All = "*";

    public string[] Verbs { get; init; } = [];

    public string[] ApiGroups { get; init; } = [];

    public string[] Resources { get; init; } = [];

    /// <summary>Names that the rule is limited to; empty means all.</summary>
    public string[] ResourceNames { get; init; } = [];

    public string[] NonResourceUrls { get; init; } = [];

    /// <summary>Reads one rule of a stored role.</summary>
    public static PolicyRule Read(JsonObject json) => new()
    {
        Verbs = [.. json["verbs"].Texts()],
        ApiGroups = [.. json["apiGroups"].Texts()],
        Resources = [.. json["resources"].Texts()],
        ResourceNames = [.. json["resourceNames"].Texts()],
        NonResourceUrls = [.. json["nonResourceURLs"].Texts()],
    };

    /// <summary>Reads the rules of a stored role.</summary>
    public static IReadOnlyList<PolicyRule> ReadAll(JsonObject? role) => [.. (role.Array("rules") ?? []).OfType<JsonObject>().Select(Read)];

    /// <summary>Whether the rule allows it.</summary>
    public bool Allows(AccessRequest access) => Has(Verbs, access.Verb)
        && (access.IsResource
            ? Has(ApiGroups, access.Group)
                && HasResource(access)
                && (ResourceNames.Length == 0 || ResourceNames.AsSpan().Contains(access.Name))
            : HasPath(access.Path));

    /// <summary>Whether everything that <paramref name="part"/> allows, which is about one thing only, is allowed by this rule.</summary>
    public bool Covers(PolicyRule part) => Array.TrueForAll(part.Verbs, v => Has(Verbs, v))
        && (part.NonResourceUrls is [var path]
            ? HasPath(path)
            : Array.TrueForAll(part.ApiGroups, g => Has(ApiGroups, g))
                && Array.TrueForAll(part.Resources, CoversResource)
                && (ResourceNames.Length == 0 || (part.ResourceNames.Length > 0 && Array.TrueForAll(part.ResourceNames, n => ResourceNames.AsSpan().Contains(n)))));

    /// <summary>The rule taken apart into rules of one verb, group, resource and name, or of one verb and path.</summary>
    public IEnumerable<PolicyRule> Parts() =>
    [
        .. from path in NonResourceUrls
           from verb in Verbs
           select new PolicyRule { Verbs = [verb], NonResourceUrls = [path] },
        .. from apiGroup in ApiGroups
           from resource in Resources
           from verb in Verbs
           from names in ResourceNames.Length == 0 ? [[]] : ResourceNames.Select(n => new[] { n })
           select new PolicyRule { Verbs = [verb], ApiGroups = [apiGroup], Resources = [resource], ResourceNames = names },
    ];

    /// <summary>The rule as messages show it, which is how Go prints it.</summary>
    public override string ToString()
    {
        (string Name, string[] Values)[] fields =
            [("APIGroups", ApiGroups), ("Resources", Resources), ("ResourceNames", ResourceNames), ("NonResourceURLs", NonResourceUrls), ("Verbs", Verbs)];
        return $"{{{string.Join(", ", fields.Where(f => f.Values.Length > 0).Select(f => $"{f.Name}:[{string.Join(' ', f.Values.Select(Schema.FieldError.Quote))}]"))}}}";
    }

    private static bool Has(string[] values, string wanted) => values.AsSpan().Contains(All) || values.AsSpan().Contains(wanted);

    private bool HasResource(AccessRequest access)
    {
        foreach (var resource in Resources)
        {
            if (resource == All
                || (access.Subresource.Length == 0 ? resource == access.Resource : Names(resource, access.Resource, access.Subresource)))
            {
                return true;
            }
        }

        return false;
    }

    private bool CoversResource(string wanted) => Has(Resources, wanted)
        || (wanted.IndexOf('/', StringComparison.Ordinal) is var at and >= 0 && Resources.AsSpan().Contains($"*{wanted[at..]}"));

    /// <summary>Whether <c>resource/subresource</c> or <c>*/subresource</c> is what the rule names.</summary>
    private static bool Names(string named, string resource, string subresource)
    {
        var at = named.IndexOf('/', StringComparison.Ordinal);
        return at >= 0
            && named.AsSpan(at + 1).SequenceEqual(subresource)
            && (named.AsSpan(0, at).SequenceEqual(resource) || named.AsSpan(0, at).SequenceEqual(All));
    }

    private bool HasPath(string path) => Array.Exists(
        NonResourceUrls,
        url => url == All || url == path || (url.EndsWith('*') && path.StartsWith(url.TrimEnd('*'), StringComparison.Ordinal)));
}
