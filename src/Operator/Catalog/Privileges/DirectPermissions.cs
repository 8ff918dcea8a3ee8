using GovernedFinetune.Operator.Catalog.Http;
using GovernedFinetune.Operator.Grants.Ports;

namespace GovernedFinetune.Operator.Catalog.Privileges;

/// <summary>Permissions of the open-source server: direct grants only, in one page, whoever is asked for; what is inherited
/// is read from the parents.</summary>
internal sealed class DirectPermissions(CatalogClient client) : IPermissionReader
{
    /// <inheritdoc />
    public async Task<IReadOnlyList<EffectivePrivilege>?> ReadAsync(Securable securable, string? principal, CancellationToken cancellationToken)
    {
        if (await ReadDirectAsync(securable, cancellationToken) is not { } own)
        {
            return null;
        }

        var rows = own.SelectMany(a => Rows(a, null)).ToList();
        foreach (var parent in Parents(securable))
        {
            rows.AddRange((await ReadDirectAsync(parent, cancellationToken) ?? []).SelectMany(a => Rows(a, parent)));
        }

        return [.. rows.Where(r => principal is null || r.Principal == principal)];
    }

    private async Task<IReadOnlyList<DirectAssignmentMessage>?> ReadDirectAsync(Securable securable, CancellationToken cancellationToken)
    {
        var call = CatalogCall.Get(
            $"{CatalogCall.UnityCatalog}/permissions/{CatalogCall.Escape(securable.Type)}/{CatalogCall.Escape(securable.Name)}",
            $"read the permissions on {securable}");
        var found = await client.FindAsync<DirectPermissionsMessage>(call, cancellationToken);
        return found is null ? null : found.PrivilegeAssignments ?? [];
    }

    private static IEnumerable<Securable> Parents(Securable securable) => securable.Name.Split('.') switch
    {
        [var catalog, var schema, _] => [new Securable("schema", $"{catalog}.{schema}"), new Securable("catalog", catalog)],
        [var catalog, _] when securable.Type == "schema" => [new Securable("catalog", catalog)],
        _ => [],
    };

    private static IEnumerable<EffectivePrivilege> Rows(DirectAssignmentMessage assignment, Securable? from) =>
        (assignment.Privileges ?? []).Select(p => new EffectivePrivilege(PrivilegeText.Normalise(p), assignment.Principal ?? "", from));
}
