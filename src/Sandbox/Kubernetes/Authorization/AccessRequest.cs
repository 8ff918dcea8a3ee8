using GovernedFinetune.Sandbox.Kubernetes.Access;
using GovernedFinetune.Sandbox.Kubernetes.Http;
using GovernedFinetune.Sandbox.Kubernetes.Schema;
using GovernedFinetune.Sandbox.Kubernetes.Selectors;

namespace GovernedFinetune.Sandbox.Kubernetes.Authorization;

/// <summary>What is to be done to what: the question that authorization answers.</summary>
internal sealed record AccessRequest
{
    /// <summary>A verb of resources, or for other paths the HTTP method in lower case.</summary>
    public required string Verb { get; init; }

    /// <summary>API group; empty for the core group.</summary>
    public string Group { get; init; } = "";

    /// <summary>Plural name of the resource; empty when <see cref="Path"/> is asked for.</summary>
    public string Resource { get; init; } = "";

    public string Subresource { get; init; } = "";

    /// <summary>Namespace; empty for cluster-scoped objects and for all namespaces.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>The object; empty for collections.</summary>
    public string Name { get; init; } = "";

    /// <summary>A path that is no resource, such as <c>/version</c>.</summary>
    public string Path { get; init; } = "";

    public bool IsResource => Path.Length == 0;

    /// <summary><c>resource/subresource</c>, as rules name it.</summary>
    public string CombinedResource => Subresource.Length == 0 ? Resource : $"{Resource}/{Subresource}";

    /// <summary>The question that a request on a path outside resources asks.</summary>
    public static AccessRequest Of(string method, string path) => new() { Verb = method.ToLowerInvariant(), Path = path };

    /// <summary>
    /// The question that a request on a resource asks. It takes the parameters from where the handlers take them: what is
    /// judged is what is done.
    /// </summary>
    public static AccessRequest Of(string method, RequestTarget target, RequestQuery query)
    {
        var access = new AccessRequest
        {
            Verb = VerbOf(method, target.Name.Length > 0, query),
            Group = target.Group,
            Resource = target.Plural,
            Subresource = target.Subresource,
            Name = target.Name,

            // As upstream: a namespace lies in itself, so that a role in it can be about it.
            Namespace = target is { Plural: "namespaces", Namespace: "" } ? target.Name : target.Namespace,
        };
        return access.Verb is "list" or "watch" && FieldSelector.ExactName(query.FieldSelector) is { } name
            ? access with { Name = name }
            : access;
    }

    /// <summary>Why the request was refused, as upstream words it.</summary>
    public string Denial(Caller caller)
    {
        var user = FieldError.Quote(caller.Name);
        if (!IsResource)
        {
            return $"User {user} cannot {Verb} path {FieldError.Quote(Path)}";
        }

        var place = Namespace.Length > 0 ? $"in the namespace {FieldError.Quote(Namespace)}" : "at the cluster scope";
        return $"User {user} cannot {Verb} resource {FieldError.Quote(CombinedResource)} in API group {FieldError.Quote(Group)} {place}";
    }

    private static string VerbOf(string method, bool named, RequestQuery query) => method switch
    {
        "GET" or "HEAD" when named => "get",
        "GET" or "HEAD" => query.Watch ? "watch" : "list",
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => named ? "delete" : "deletecollection",
        _ => "",
    };
}
