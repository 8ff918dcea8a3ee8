using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace GovernedFinetune.Sandbox.Kubernetes.Access;

/// <summary>Who makes a request.</summary>
/// <param name="Name">User name.</param>
/// <param name="Groups">Groups.</param>
internal sealed record Caller(string Name, IReadOnlyList<string> Groups);

/// <summary>Knows the bearer tokens that the server issued.</summary>
internal sealed class Authenticator
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
        return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? _callers.GetValueOrDefault(header[Scheme.Length..].Trim())
            : null;
    }
}
