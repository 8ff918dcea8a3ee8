using System.Collections.Concurrent;
using GovernedFinetune.Operator.Cloud.Secrets;

namespace GovernedFinetune.Operator.Catalog.Auth;

/// <summary>Keeps the OAuth client of a secret for some minutes, so that a token refresh does not read the secret each time.</summary>
internal sealed class ClientCredentialsCache(ISecretReader secrets, TimeProvider clock)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);
    private readonly ConcurrentDictionary<string, (ClientCredentials Credentials, DateTimeOffset Until)> _known = new();

    /// <summary>The client of a secret.</summary>
    public async ValueTask<ClientCredentials> GetAsync(string secretId, CancellationToken cancellationToken) =>
        _known.TryGetValue(secretId, out var known) && clock.GetUtcNow() < known.Until
            ? known.Credentials
            : await ReadAsync(secretId, cancellationToken);

    /// <summary>The client of a secret, read anew.</summary>
    public async Task<ClientCredentials> ReadAsync(string secretId, CancellationToken cancellationToken)
    {
        var credentials = ClientCredentials.Parse(secretId, await secrets.ReadAsync(secretId, cancellationToken));
        _known[secretId] = (credentials, clock.GetUtcNow() + Lifetime);
        return credentials;
    }
}
