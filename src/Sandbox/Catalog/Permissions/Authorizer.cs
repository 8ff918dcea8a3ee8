using GovernedFinetune.Sandbox.Catalog.Http;
using GovernedFinetune.Sandbox.Catalog.Identity;
using GovernedFinetune.Sandbox.Catalog.Securables;

namespace GovernedFinetune.Sandbox.Catalog.Permissions;

/// <summary>Decides what a caller may do: grants, groups, inheritance and ownership.</summary>
internal sealed class Authorizer(TimeProvider clock)
{
    /// <summary>Whether the caller holds the privilege on the securable, in whatever way.</summary>
    public bool Holds(Caller caller, string privilege, Securable on)
    {
        if (HasRow(caller, privilege, on))
        {
            return true;
        }

        if (Privileges.IsExplicitOnly(privilege))
        {
            return false;
        }

        return HasRow(caller, Privileges.All, on)
            || caller.Is(on.Owner)
            || (!Privileges.IsData(privilege) && (caller.IsMetastoreAdmin || on.Ancestors().Any(a => caller.Is(a.Owner))));
    }

    public void Require(Caller caller, string privilege, Securable on)
    {
        if (!Holds(caller, privilege, on))
        {
            throw ApiError.Denied(privilege, on);
        }
    }

    /// <summary>Whether the caller may change, drop and grant on the securable: its owner, an owner above it, MANAGE, or the administrator.</summary>
    public bool Manages(Caller caller, Securable securable) =>
        caller.IsMetastoreAdmin
        || securable.SelfAndAncestors().Any(s => caller.Is(s.Owner))
        || HasRow(caller, Privileges.Manage, securable);

    public void RequireManages(Caller caller, Securable securable)
    {
        if (!Manages(caller, securable))
        {
            throw ApiError.NotOwner(securable);
        }
    }

    /// <summary>Whether the caller may read the securable's description.</summary>
    public bool Sees(Caller caller, Securable securable) => Manages(caller, securable) || securable switch
    {
        MetastoreEntry => true,
        CatalogEntry => Holds(caller, Privileges.UseCatalog, securable) || HasRow(caller, Privileges.Browse, securable),
        SchemaEntry => Holds(caller, Privileges.UseSchema, securable) || HasRow(caller, Privileges.Browse, securable),
        TableEntry => Holds(caller, Privileges.Select, securable) || HasRow(caller, Privileges.Browse, securable),
        _ => HasAnyRow(caller, securable),
    };

    private bool HasRow(Caller caller, string privilege, Securable on) =>
        on.SelfAndAncestors().Any(s => s.Grants.SeenAt(clock.GetUtcNow()).Any(row => row.Value.Contains(privilege) && caller.Is(row.Key)));

    private bool HasAnyRow(Caller caller, Securable on) =>
        on.SelfAndAncestors().Any(s => s.Grants.SeenAt(clock.GetUtcNow()).Keys.Any(caller.Is));
}
