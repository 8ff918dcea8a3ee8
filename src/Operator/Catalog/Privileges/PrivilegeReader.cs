using GovernedFinetune.Operator.Catalog.Http;
using GovernedFinetune.Operator.Catalog.Storage;
using GovernedFinetune.Operator.Catalog.Tables;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Grants.Ports;
using GovernedFinetune.Operator.Profiles;

namespace GovernedFinetune.Operator.Catalog.Privileges;

/// <summary>Reads what the catalog says of a principal's rights, and tries what it says.</summary>
internal sealed class PrivilegeReader(CatalogClient client, CallerReader callers, IPermissionReader permissions) : IPrivilegeReader
{
    /// <summary>Everybody is in it, and no list of groups names it.</summary>
    private const string Everybody = "account users";

    private Caller? _lastCaller;

    /// <inheritdoc />
    public async Task<string> WhoAmIAsync(CancellationToken cancellationToken)
    {
        var caller = await callers.ReadAsync(cancellationToken);
        Volatile.Write(ref _lastCaller, caller);
        return caller.Name;
    }

    /// <inheritdoc />
    public async Task<Metastore> GetMetastoreAsync(CancellationToken cancellationToken)
    {
        var metastore = await ReadMetastoreAsync(cancellationToken);
        return new Metastore(metastore.MetastoreId ?? "", metastore.ExternalAccessEnabled);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<EffectivePrivilege>?> GetEffectiveAsync(Securable securable, string principal, CancellationToken cancellationToken)
    {
        // Every row of the filtered answer counts, also one that names the group through which the principal has it.
        var rows = await permissions.ReadAsync(securable, principal, cancellationToken);
        if (rows is null || GroupsOf(principal) is not { Count: > 0 } groups || rows.Any(r => r.Principal != principal))
        {
            return rows;
        }

        // Whether the filter follows groups is not documented. It showed none, so look for the principal's groups by name.
        return [.. rows, .. await ReadOfGroupsAsync(securable, groups, cancellationToken)];
    }

    /// <inheritdoc />
    public async Task<SecurableRecord?> GetRecordAsync(Securable securable, CancellationToken cancellationToken)
    {
        if (securable.Type == "metastore")
        {
            return new SecurableRecord((await ReadMetastoreAsync(cancellationToken)).Owner ?? "");
        }

        var collection = securable.Type switch
        {
            "catalog" => "catalogs",
            "schema" => "schemas",
            "table" => "tables",
            "external_location" => "external-locations",
            "registered_model" or "function" => "models",
            _ => throw new ArgumentOutOfRangeException(nameof(securable), securable.Type, "no record is known for this type"),
        };
        var call = CatalogCall.Get($"{CatalogCall.UnityCatalog}/{collection}/{CatalogCall.Escape(securable.Name)}", $"read {securable}");
        return await client.FindAsync<OwnedMessage>(call, cancellationToken) is { } record ? new SecurableRecord(record.Owner ?? "") : null;
    }

    /// <inheritdoc />
    public async Task<TrialVend> TryVendTableAsync(string fullName, CancellationToken cancellationToken)
    {
        var read = CatalogTables.Read(fullName);
        var answer = await client.SendAsync(read, cancellationToken);
        if (answer.Error is not null)
        {
            return Refusal(answer.Error, read);
        }

        var table = CatalogClient.Parse<TableMessage>(read, answer.Body);
        return string.IsNullOrEmpty(table.TableId)
            ? new TrialVend(false, null, $"Table {fullName} ({table.TableType}) has no id, so nothing can be vended for it.")
            : await TryAsync(Vending.Table(table.TableId, fullName, Vending.Read), cancellationToken);
    }

    /// <inheritdoc />
    public Task<TrialVend> TryVendPathAsync(S3Location path, CancellationToken cancellationToken) =>
        TryAsync(Vending.TrialPath(path), cancellationToken);

    private async Task<TrialVend> TryAsync(CatalogCall call, CancellationToken cancellationToken) =>
        (await client.SendAsync(call, cancellationToken)).Error is { } error ? Refusal(error, call) : new TrialVend(true, null, "");

    /// <summary>A refusal is a result; being throttled or cut off says nothing about rights, so that is a failure.</summary>
    private static TrialVend Refusal(CatalogError error, CatalogCall call) => error.Kind switch
    {
        CatalogErrorKind.Denied or CatalogErrorKind.NotFound or CatalogErrorKind.Rejected when error.Code != "ENDPOINT_NOT_FOUND" =>
            new TrialVend(false, PrivilegeText.Missing(error), error.Text),
        _ => throw CatalogFailures.From(error, call.Purpose),
    };

    private async Task<IEnumerable<EffectivePrivilege>> ReadOfGroupsAsync(
        Securable securable, IReadOnlyList<string> groups, CancellationToken cancellationToken)
    {
        try
        {
            var all = await permissions.ReadAsync(securable, null, cancellationToken) ?? [];
            return all.Where(r => r.Principal == Everybody || groups.Contains(r.Principal));
        }
        catch (OperatorException e) when (e.Reason == Reasons.AccessDenied)
        {
            // Only owners see other principals' rows. What the filtered answer said stands.
            return [];
        }
    }

    private IReadOnlyList<string> GroupsOf(string principal) =>
        Volatile.Read(ref _lastCaller) is { } caller && caller.Name == principal ? caller.Groups : [];

    private Task<MetastoreMessage> ReadMetastoreAsync(CancellationToken cancellationToken) =>
        client.ReadAsync<MetastoreMessage>(CatalogCall.Get($"{CatalogCall.UnityCatalog}/metastore_summary", "read the metastore"), cancellationToken);
}
