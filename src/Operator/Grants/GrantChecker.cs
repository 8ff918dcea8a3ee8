using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Grants.Ports;
using GovernedFinetune.Operator.Profiles;

namespace GovernedFinetune.Operator.Grants;

/// <summary>What a check found.</summary>
/// <param name="Checks">One row a privilege.</param>
/// <param name="Problem">Why the grant is denied whatever the rows say; null otherwise.</param>
public sealed record GrantFindings(IReadOnlyList<PrivilegeCheck> Checks, GrantProblem? Problem);

/// <summary>Why a grant is denied.</summary>
/// <param name="Reason">One of <see cref="Reasons"/>.</param>
/// <param name="Message">For people.</param>
public sealed record GrantProblem(string Reason, string Message);

/// <summary>
/// Checks a grant's privileges in Unity Catalog. Effective permissions are not the whole truth (owners have no row, ALL
/// PRIVILEGES is not expanded, a group may be invisible), so a credential is also asked for and thrown away: what was
/// vended is granted, whatever the rows say, and what was refused is not.
/// </summary>
public sealed class GrantChecker
{
    /// <summary>The row for the metastore's switch, which no GRANT can turn.</summary>
    private const string ExternalAccess = "EXTERNAL_ACCESS";

    /// <summary>The longest fix that the CRD admits, in characters.</summary>
    private const int LongestFix = 2048;

    private static readonly string[] ProvedByVend = ["USE_CATALOG", "USE_SCHEMA", "SELECT", "EXTERNAL_USE_SCHEMA"];

    /// <summary>Checks.</summary>
    /// <exception cref="OperatorException">The catalog cannot be asked.</exception>
    public async Task<GrantFindings> CheckAsync(DatasetGrantSpec spec, Profile profile, IPrivilegeReader reader, CancellationToken cancellationToken)
    {
        var me = await reader.WhoAmIAsync(cancellationToken);
        if (!string.Equals(me, spec.Principal, StringComparison.OrdinalIgnoreCase))
        {
            return new GrantFindings([], new GrantProblem(
                Reasons.PrincipalMismatch,
                $"spec.principal is '{spec.Principal}', but the jobs of profile '{profile.Name}' act as '{me}'. Name that principal, or use the profile whose credential belongs to '{spec.Principal}'."));
        }

        var metastore = await reader.GetMetastoreAsync(cancellationToken);
        var rows = new List<PrivilegeCheck> { Switch(metastore) };
        foreach (var securable in Requirements.Of(spec, profile, metastore.Id).GroupBy(r => r.Securable))
        {
            var held = await reader.GetEffectiveAsync(securable.Key, spec.Principal, cancellationToken);
            var owner = held is null || securable.Key.Type == "metastore" ? null : await OwnerAsync(securable, held, reader, cancellationToken);
            rows.AddRange(securable.Select(r => Row(r, spec.Principal, held, owner)));
        }

        await ConfirmByVendAsync(spec, profile, reader, rows, cancellationToken);
        return new GrantFindings(rows, null);
    }

    private static PrivilegeCheck Switch(Metastore metastore) => new()
    {
        Securable = "metastore",
        Name = metastore.Id,
        Privilege = ExternalAccess,
        Result = metastore.ExternalAccessEnabled ? CheckResult.Granted : CheckResult.Missing,
        Via = metastore.ExternalAccessEnabled ? "metastore setting" : null,
        Fix = metastore.ExternalAccessEnabled ? null : "A metastore admin must turn on 'External data access' in the metastore's settings",
    };

    /// <summary>Asks for the owner only when a row is missing that ownership could stand for.</summary>
    private static async Task<string?> OwnerAsync(
        IGrouping<Securable, Requirement> needed, IReadOnlyList<EffectivePrivilege> held, IPrivilegeReader reader, CancellationToken cancellationToken) =>
        needed.Any(r => r.CanBeImplied && Find(r, held) is null)
            ? (await reader.GetRecordAsync(needed.Key, cancellationToken))?.Owner
            : null;

    private static PrivilegeCheck Row(Requirement needed, string principal, IReadOnlyList<EffectivePrivilege>? held, string? owner)
    {
        var row = new PrivilegeCheck { Securable = needed.Securable.Type, Name = needed.Securable.Name, Privilege = needed.Privilege };
        if (held is not null && Find(needed, held) is { } found)
        {
            row.Result = CheckResult.Granted;
            row.Via = Via(found, needed, principal);
        }
        else if (needed.CanBeImplied && string.Equals(owner, principal, StringComparison.OrdinalIgnoreCase))
        {
            row.Result = CheckResult.Granted;
            row.Via = $"owner of {needed.Securable}";
        }
        else
        {
            row.Result = CheckResult.Missing;
            row.Fix = needed.Fix(principal);
        }

        return row;
    }

    private static EffectivePrivilege? Find(Requirement needed, IReadOnlyList<EffectivePrivilege> held) =>
        held.FirstOrDefault(h => h.Privilege == needed.Privilege)
        ?? (needed.CanBeImplied ? held.FirstOrDefault(h => h.Privilege == "ALL_PRIVILEGES") : null);

    private static string Via(EffectivePrivilege found, Requirement needed, string principal)
    {
        var where = (found.InheritedFrom ?? needed.Securable).ToString();
        var what = found.Privilege == needed.Privilege ? where : $"{found.Privilege.Replace('_', ' ')} on {where}";
        return found.Principal.Length == 0 || string.Equals(found.Principal, principal, StringComparison.OrdinalIgnoreCase)
            ? what
            : $"{what}, as member of {found.Principal}";
    }

    private static async Task ConfirmByVendAsync(
        DatasetGrantSpec spec, Profile profile, IPrivilegeReader reader, List<PrivilegeCheck> rows, CancellationToken cancellationToken)
    {
        foreach (var table in spec.Tables)
        {
            var schema = table[..table.LastIndexOf('.')];
            var catalog = schema[..schema.LastIndexOf('.')];
            var concerned = rows.Where(r => (r.Name == table || r.Name == schema || r.Name == catalog) && ProvedByVend.Contains(r.Privilege)).ToList();
            var vend = await reader.TryVendTableAsync(table, cancellationToken);
            Apply(vend, new Securable("table", table), concerned, rows, spec.Principal);
        }

        if (spec.WriteSchemas.Count > 0)
        {
            var location = new Securable("external_location", profile.Storage.ExternalLocation);
            var concerned = rows.Where(r => r.Securable == location.Type && r.Name == location.Name && r.Privilege != "CREATE_EXTERNAL_TABLE").ToList();
            var vend = await reader.TryVendPathAsync(profile.Storage.Prepared, cancellationToken);
            Apply(vend, location, concerned, rows, spec.Principal);
        }
    }

    private static void Apply(TrialVend vend, Securable securable, List<PrivilegeCheck> concerned, List<PrivilegeCheck> rows, string principal)
    {
        if (vend.Vended)
        {
            foreach (var row in concerned.Where(r => r.Result != CheckResult.Granted))
            {
                (row.Result, row.Via, row.Fix) = (CheckResult.Granted, "trial vend", null);
            }
        }
        else if (concerned.FirstOrDefault(r => r.Privilege == vend.MissingPrivilege) is { } named)
        {
            var fix = new Requirement(new Securable(named.Securable, named.Name), named.Privilege).Fix(principal);
            (named.Result, named.Via, named.Fix) = (CheckResult.Missing, null, fix);
        }
        else if (rows.All(r => r.Result == CheckResult.Granted))
        {
            // Every row is there and the catalog refuses all the same: its own words are the best that can be said.
            rows.Add(new PrivilegeCheck
            {
                Securable = securable.Type,
                Name = securable.Name,
                Privilege = "VEND",
                Result = CheckResult.Missing,
                Fix = Fitting($"Unity Catalog refuses credentials: {vend.Message}"),
            });
        }
    }

    private static string Fitting(string fix) => fix.Length <= LongestFix ? fix : fix[..(LongestFix - 3)] + "...";
}
