using GovernedFinetune.Operator.Catalog.Http;

namespace GovernedFinetune.Operator.Catalog.Privileges;

/// <summary>The principal that the catalog takes the operator for.</summary>
/// <param name="Name">Application id, or user name.</param>
/// <param name="Groups">Groups that it is in.</param>
internal sealed record Caller(string Name, IReadOnlyList<string> Groups);

/// <summary>Asks the catalog who the caller is.</summary>
/// <param name="client">The catalog.</param>
/// <param name="path">SCIM's Me; each flavor has its own.</param>
internal sealed class CallerReader(CatalogClient client, string path)
{
    /// <summary>The caller.</summary>
    public async Task<Caller> ReadAsync(CancellationToken cancellationToken)
    {
        var call = CatalogCall.Get(path, "read the caller's own identity");
        var me = await client.ReadAsync<ScimMeMessage>(call, cancellationToken);
        var name = me.ApplicationId is { Length: > 0 } id ? id : me.UserName;
        return string.IsNullOrEmpty(name)
            ? throw CatalogFailures.Unreadable(call.Purpose, "it names neither an application id nor a user")
            : new Caller(name, [.. (me.Groups ?? []).Select(g => g.Display).OfType<string>()]);
    }
}
