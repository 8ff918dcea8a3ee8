namespace GovernedFinetune.Sandbox.Catalog.Identity;

/// <summary>Who asks: a name, the groups it is in, and whether it is the metastore's administrator.</summary>
/// <param name="Name">Application id of a service principal, or <c>admin</c>.</param>
/// <param name="IsMetastoreAdmin">Whether it may manage every securable (which is not the same as reading data).</param>
/// <param name="Identities">Its name and every group that it is in, directly or through another.</param>
internal sealed record Caller(string Name, bool IsMetastoreAdmin, IReadOnlySet<string> Identities)
{
    /// <summary>Whether a grant to, or ownership by, this principal is the caller's.</summary>
    public bool Is(string principal) => Identities.Contains(principal);
}
