using GovernedFinetune.Sandbox.Catalog.Http;
using GovernedFinetune.Sandbox.Catalog.Identity;
using GovernedFinetune.Sandbox.Catalog.Securables;

namespace GovernedFinetune.Sandbox.Catalog.Permissions;

/// <summary>Direct and effective grants. Ownership is not a grant and never appears; ALL_PRIVILEGES is not expanded.</summary>
internal sealed class PermissionRoutes(CatalogState state, Resolver resolver, Authorizer authorizer, Paging paging) : IRoutes
{
    private const int SmallestPage = 150;

    public void Map(RouteTable routes)
    {
        const string target = "/{type}/{full_name}";
        const string effective = "effective-permissions.get";
        routes.Get(RouteTable.Catalog + "/permissions" + target, "permissions.get", call => Direct(call, "max_results"));
        routes.Patch(RouteTable.Catalog + "/permissions" + target, "permissions.update", Update);
        routes.Get(RouteTable.Catalog + "/effective-permissions" + target, effective, call => Effective(call, "privilege_assignments", "max_results"));

        // The newer, always paged forms.
        routes.Get(RouteTable.Catalog + "/privilege-assignments" + target, "permissions.get", call => Direct(call, "page_size"));
        routes.Get(
            RouteTable.Catalog + "/effective-privilege-assignments" + target, effective, call => Effective(call, "effective_privilege_assignments", "page_size"));
    }

    private Dictionary<string, object> Direct(Call call, string sizeArgument)
    {
        var securable = Target(call);
        var rows = securable.Grants.SeenAt(state.Clock.GetUtcNow()).Where(row => IsVisible(call, securable, row.Key));
        return Pages(call, "privilege_assignments", sizeArgument, rows, row => row.Key, row => new PrivilegeAssignment(Shown(row.Key), [.. row.Value]));
    }

    private Dictionary<string, object> Effective(Call call, string collection, string sizeArgument)
    {
        var securable = Target(call);
        var now = state.Clock.GetUtcNow();
        var rows = securable.SelfAndAncestors()
            .SelectMany(from => from.Grants.SeenAt(now).SelectMany(row => row.Value.Select(privilege => (
                Principal: row.Key,
                Privilege: from == securable
                    ? new EffectivePrivilege(privilege, null, null)
                    : new EffectivePrivilege(privilege, from.Kind.Wire, from.FullName)))))
            .Where(row => IsVisible(call, securable, row.Principal))
            .GroupBy(row => row.Principal, StringComparer.OrdinalIgnoreCase);
        return Pages(
            call, collection, sizeArgument, rows, row => row.Key, row => new EffectiveAssignment(Shown(row.Key), [.. row.Select(r => r.Privilege)]));
    }

    private object Update(Call call)
    {
        var securable = Target(call);
        var changes = call.Body.Objects("changes").Select(change => ReadChange(change, securable)).ToList();
        if (changes.Count == 0)
        {
            throw ApiError.Invalid("changes", "is missing or empty.");
        }

        foreach (var change in changes)
        {
            RequireMayGrant(call.Caller, securable, change);
        }

        var visibleFrom = state.Clock.GetUtcNow() + state.Settings.GrantVisibilityDelay;
        foreach (var change in changes)
        {
            securable.Grants.Change(change.Principal, change.Add, change.Remove, visibleFrom);
        }

        return call.Body.Flag("omit_permissions_in_response")
            ? new object()
            : new { privilege_assignments = securable.Grants.Latest.Select(row => new PrivilegeAssignment(Shown(row.Key), [.. row.Value])).ToList() };
    }

    private Securable Target(Call call)
    {
        var name = call.Route("full_name");
        call.Concerns(name);
        return resolver.ByType(call.Route("type"), name);
    }

    /// <summary>Those who manage the securable see every row, others their own and their groups'.</summary>
    private bool IsVisible(Call call, Securable securable, string principal)
    {
        if (call.Query("principal") is { } asked)
        {
            var matches = state.Settings.PrincipalFilterExpandsGroups
                ? state.Principals.IdentitiesOf(asked).Contains(principal)
                : string.Equals(asked, principal, StringComparison.OrdinalIgnoreCase);
            if (!matches)
            {
                return false;
            }
        }

        return call.Caller.Is(principal) || authorizer.Manages(call.Caller, securable);
    }

    /// <summary>A principal that was deleted has grants left, and no name.</summary>
    private string Shown(string principal) => state.Principals.Canonical(principal) ?? "";

    private Dictionary<string, object> Pages<T>(
        Call call, string collection, string sizeArgument, IEnumerable<T> rows, Func<T, string> key, Func<T, object> shape)
    {
        if (Paging.Size(call, sizeArgument) is > 0 and < SmallestPage and var size)
        {
            throw ApiError.Invalid(sizeArgument, $"is {size}; it must be 0 or at least {SmallestPage}.");
        }

        return sizeArgument == "max_results"
            ? paging.Legacy(call, collection, rows, key, shape)
            : paging.Paged(call, collection, rows, key, shape, sizeArgument);
    }

    private Change ReadChange(JsonBody change, Securable securable)
    {
        var named = change.RequiredText("principal");
        var principal = state.Principals.Canonical(named)
            ?? throw new ApiError(404, "PRINCIPAL_DOES_NOT_EXIST", $"Could not find principal with name '{named}'.");
        return new Change(principal, ReadPrivileges(change, "add", securable), ReadPrivileges(change, "remove", securable));
    }

    private static List<string> ReadPrivileges(JsonBody change, string field, Securable securable)
    {
        var privileges = change.Texts(field).Select(Privileges.Normalize).ToList();
        return privileges.Find(p => !Privileges.AppliesTo(p, securable.Kind)) is { } wrong
            ? throw ApiError.Invalid(change.PathOf(field), $"holds '{wrong}': this privilege is not applicable to {securable.Kind.Display} '{securable.FullName}'.")
            : privileges;
    }

    private void RequireMayGrant(Caller caller, Securable securable, Change change)
    {
        authorizer.RequireManages(caller, securable);
        if (!change.Add.Concat(change.Remove).Any(Privileges.IsExplicitOnly))
        {
            return;
        }

        // EXTERNAL_USE_SCHEMA is the catalog owner's to give, EXTERNAL_USE_LOCATION the location owner's; nobody else's.
        var top = securable.SelfAndAncestors().Last();
        if (!caller.Is(top.Owner))
        {
            throw ApiError.NotOwner(top);
        }
    }

    private sealed record Change(string Principal, IReadOnlyList<string> Add, IReadOnlyList<string> Remove);

    private sealed record PrivilegeAssignment(string Principal, IReadOnlyList<string> Privileges);

    private sealed record EffectiveAssignment(string Principal, IReadOnlyList<EffectivePrivilege> Privileges);

    private sealed record EffectivePrivilege(string Privilege, string? InheritedFromType, string? InheritedFromName);
}
