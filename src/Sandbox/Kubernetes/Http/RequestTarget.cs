using GovernedFinetune.Sandbox.Kubernetes.Resources;

namespace GovernedFinetune.Sandbox.Kubernetes.Http;

/// <summary>What a resource path names.</summary>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Version">API version.</param>
/// <param name="Namespace">Namespace; empty for cluster-scoped objects and for all namespaces.</param>
/// <param name="Plural">Resource.</param>
/// <param name="Name">Object; empty for the collection.</param>
/// <param name="Subresource">Subresource, or empty.</param>
internal sealed record RequestTarget(string Group, string Version, string Namespace, string Plural, string Name, string Subresource)
{
    /// <summary>Reads <c>/api/v1/...</c> and <c>/apis/group/version/...</c>; null for every other path.</summary>
    public static RequestTarget? Parse(string path)
    {
        if (path.Length < 2)
        {
            return null;
        }

        // One slash may end a path; an empty segment within it names nothing.
        var parts = (path.EndsWith('/') ? path[1..^1] : path[1..]).Split('/');
        return parts switch
        {
            ["api", var version, .. var rest] when rest.Length > 0 => Rest("", version, rest),
            ["apis", var group, var version, .. var rest] when rest.Length > 0 => Rest(group, version, rest),
            _ => null,
        };
    }

    private static RequestTarget? Rest(string group, string version, string[] parts) => parts switch
    {
        // A namespace is an object itself; only its own subresources follow its name.
        ["namespaces", var name, "status" or "finalize"] => new(group, version, "", "namespaces", name, parts[2]),
        ["namespaces", var space, var plural] => new(group, version, space, plural, "", ""),
        ["namespaces", var space, var plural, var name] => new(group, version, space, plural, name, ""),
        ["namespaces", var space, var plural, var name, var subresource] => new(group, version, space, plural, name, subresource),
        [var plural] => new(group, version, "", plural, "", ""),
        [var plural, var name] => new(group, version, "", plural, name, ""),
        [var plural, var name, var subresource] => new(group, version, "", plural, name, subresource),
        _ => null,
    };

    /// <summary>The name as the request log shows it: <c>namespace/name</c>.</summary>
    public string Resource => Namespace.Length == 0 ? Name : Name.Length == 0 ? Namespace : $"{Namespace}/{Name}";

    /// <summary>Checks that the path has the form that the resource's scope asks for.</summary>
    public bool FitsScope(ResourceType type, string verb) => type.Namespaced
        ? Namespace.Length > 0 || (Name.Length == 0 && verb is "list" or "watch")
        : Namespace.Length == 0;
}
