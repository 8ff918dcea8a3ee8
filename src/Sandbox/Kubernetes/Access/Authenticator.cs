using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace GovernedFinetune.Sandbox.Kubernetes.Access;

/// <summary>Knows the bearer tokens that the server issued: an administrator's for as long as it runs, and those of service accounts.</summary>
internal sealed class Authenticator(ServiceAccountTokens serviceAccounts)
{
    private readonly ConcurrentDictionary<string, Caller> _callers = new(StringComparer.Ordinal);

    /// <summary>Makes a token for a caller.</summary>
    public string Issue(Caller caller)
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        _callers[token] = caller;
        return token;
    }

    /// <summary>The caller that the request's bearer token names, or null.</summary>
    public Caller? Authenticate(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var token = header[Scheme.Length..].Trim();
        return _callers.GetValueOrDefault(token) ?? serviceAccounts.Verify(token);
    }
}
