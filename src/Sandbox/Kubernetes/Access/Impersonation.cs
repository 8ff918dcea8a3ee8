using GovernedFinetune.Sandbox.Kubernetes.Authorization;
using GovernedFinetune.Sandbox.Kubernetes.Http;

namespace GovernedFinetune.Sandbox.Kubernetes.Access;

/// <summary>
/// The headers by which a caller acts as somebody else (<c>kubectl --as</c>, <c>--as-group</c>, <c>--as-uid</c>), for those
/// who have the verb <c>impersonate</c> on each thing that they claim to be.
/// </summary>
internal sealed class Impersonation(Authorizer authorizer)
{
    private const string UserHeader = "Impersonate-User";
    private const string GroupHeader = "Impersonate-Group";
    private const string UidHeader = "Impersonate-Uid";
    private const string ExtraPrefix = "Impersonate-Extra-";

    /// <summary>Whom the request is to be taken for.</summary>
    /// <exception cref="StatusException">The caller may not act as them, or names groups of nobody.</exception>
    public Caller Apply(HttpRequest request, Caller caller)
    {
        var headers = request.Headers;
        var user = headers[UserHeader].ToString();
        string[] groups = [.. headers[GroupHeader].OfType<string>()];
        var uid = headers[UidHeader].ToString();
        if (headers.Keys.FirstOrDefault(k => k.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase)) is { } extra)
        {
            throw Refusals.BadRequest($"the sandbox's API server has no extra fields of users, so it cannot impersonate with the header {extra}");
        }

        if (user.Length == 0)
        {
            return groups.Length == 0 && uid.Length == 0
                ? caller
                : throw Refusals.BadRequest($"requested groups [{string.Join(' ', groups)}] and uid \"{uid}\" without impersonating a user; add the header {UserHeader}");
        }

        var account = ServiceAccountName.Parse(user);
        Demand(caller, account is { } a
            ? new AccessRequest { Verb = "impersonate", Resource = "serviceaccounts", Namespace = a.Namespace, Name = a.Name }
            : new AccessRequest { Verb = "impersonate", Resource = "users", Name = user });
        foreach (var group in groups)
        {
            Demand(caller, new AccessRequest { Verb = "impersonate", Resource = "groups", Name = group });
        }

        if (uid.Length > 0)
        {
            Demand(caller, new AccessRequest { Verb = "impersonate", Group = "authentication.k8s.io", Resource = "uids", Name = uid });
        }

        return new Caller(user, groups.Length > 0 ? WithAuthenticated(user, groups) : account?.Groups ?? WithAuthenticated(user, []), uid);
    }

    private void Demand(Caller caller, AccessRequest access) => authorizer.Demand(caller, access);

    private static string[] WithAuthenticated(string user, string[] groups) =>
        user == Caller.Anonymous || groups.Contains(Caller.Unauthenticated)
            ? [.. groups.Append(Caller.Unauthenticated).Distinct(StringComparer.Ordinal)]
            : [.. groups.Append(Caller.Authenticated).Distinct(StringComparer.Ordinal)];
}
