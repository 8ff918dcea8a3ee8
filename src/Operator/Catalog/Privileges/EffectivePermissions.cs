using GovernedFinetune.Operator.Catalog.Http;
using GovernedFinetune.Operator.Grants.Ports;

namespace GovernedFinetune.Operator.Catalog.Privileges;

/// <summary>Effective permissions of Databricks: what is inherited is in the answer, with where it comes from.</summary>
internal sealed class EffectivePermissions(CatalogClient client) : IPermissionReader
{
    /// <inheritdoc />
    public async Task<IReadOnlyList<EffectivePrivilege>?> ReadAsync(Securable securable, string? principal, CancellationToken cancellationToken)
    {
        // Registered models are functions here.
        var type = securable.Type == "registered_model" ? "function" : securable.Type;
        var rows = new List<EffectivePrivilege>();
        string? page = null;
        do
        {
            // 0 lets the server choose; 1 to 149 is an error, and leaving it out asks for the old answer without pages.
            var call = CatalogCall.Get(
                $"{CatalogCall.UnityCatalog}/effective-permissions/{CatalogCall.Escape(type)}/{CatalogCall.Escape(securable.Name)}",
                $"read the permissions on {securable}",
                ("principal", principal), ("max_results", "0"), ("page_token", page));
            if (await client.FindAsync<EffectivePermissionsMessage>(call, cancellationToken) is not { } found)
            {
                return null;
            }

            rows.AddRange((found.PrivilegeAssignments ?? []).SelectMany(Rows));
            page = found.NextPageToken;
        }
        while (!string.IsNullOrEmpty(page));
        return rows;
    }

    private static IEnumerable<EffectivePrivilege> Rows(EffectiveAssignmentMessage assignment) =>
        from privilege in assignment.Privileges ?? []
        where privilege.Privilege is { Length: > 0 }
        select new EffectivePrivilege(
            PrivilegeText.Normalise(privilege.Privilege!),
            assignment.Principal ?? "",
            string.IsNullOrEmpty(privilege.InheritedFromType)
                ? null
                : new Securable(privilege.InheritedFromType.ToLowerInvariant(), privilege.InheritedFromName ?? ""));
}
