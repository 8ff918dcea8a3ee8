using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace GovernedFinetune.Sandbox.Catalog.Identity;

/// <summary>A service principal of the account.</summary>
internal sealed record ServicePrincipal(string ApplicationId, string DisplayName, byte[] SecretHash);

/// <summary>An account-level group.</summary>
internal sealed record Group(string Id, string DisplayName, IReadOnlySet<string> Members);

/// <summary>The account's service principals and groups. Users are not kept: any e-mail address counts as one.</summary>
internal sealed class PrincipalDirectory
{
    public const string Admin = "admin";

    /// <summary>The group that everybody is in.</summary>
    public const string Everyone = "account users";

    private readonly Dictionary<string, ServicePrincipal> _servicePrincipals = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Group> _groups = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Adds a service principal and returns its only copy of the secret.</summary>
    public (ServicePrincipal Principal, string Secret) AddServicePrincipal(string displayName, string? applicationId)
    {
        // Letters and digits only: clients disagree on whether to escape the secret before Basic encoding.
        var secret = "dose" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var principal = new ServicePrincipal(applicationId ?? Guid.NewGuid().ToString(), displayName, Hash(secret));
        _servicePrincipals.Add(principal.ApplicationId, principal);
        return (principal, secret);
    }

    public bool RemoveServicePrincipal(string applicationId) => _servicePrincipals.Remove(applicationId);

    /// <summary>Adds a group, or replaces the members of the one with that name.</summary>
    public Group PutGroup(string displayName, IEnumerable<string> members)
    {
        var id = _groups.TryGetValue(displayName, out var known) ? known.Id : Guid.NewGuid().ToString();
        return _groups[displayName] = new Group(id, displayName, members.ToHashSet(StringComparer.OrdinalIgnoreCase));
    }

    public bool TryGet(string applicationId, [NotNullWhen(true)] out ServicePrincipal? principal) =>
        _servicePrincipals.TryGetValue(applicationId, out principal);

    /// <summary>Whether the secret is the service principal's.</summary>
    public bool Authenticates(string applicationId, string secret) =>
        _servicePrincipals.TryGetValue(applicationId, out var principal)
        && CryptographicOperations.FixedTimeEquals(principal.SecretHash, Hash(secret));

    /// <summary>The principal's name as the account spells it; null when the account has no such principal.</summary>
    public string? Canonical(string principal) =>
        _servicePrincipals.TryGetValue(principal, out var known) ? known.ApplicationId
        : _groups.TryGetValue(principal, out var group) ? group.DisplayName
        : string.Equals(principal, Everyone, StringComparison.OrdinalIgnoreCase) ? Everyone
        : principal == Admin || principal.Contains('@', StringComparison.Ordinal) ? principal
        : null;

    /// <summary>The groups that a principal is in, directly or through another group.</summary>
    public IReadOnlyList<Group> GroupsOf(string principal)
    {
        var found = new Dictionary<string, Group>(StringComparer.OrdinalIgnoreCase);
        var open = new Queue<string>([principal]);
        while (open.TryDequeue(out var member))
        {
            foreach (var group in _groups.Values.Where(g => g.Members.Contains(member)))
            {
                if (found.TryAdd(group.DisplayName, group))
                {
                    open.Enqueue(group.DisplayName);
                }
            }
        }

        return [.. found.Values.OrderBy(g => g.DisplayName, StringComparer.Ordinal)];
    }

    /// <summary>A principal's own name, its groups, and the group of everybody.</summary>
    public IReadOnlySet<string> IdentitiesOf(string principal) =>
        GroupsOf(principal).Select(g => g.DisplayName).Append(principal).Append(Everyone).ToHashSet(StringComparer.OrdinalIgnoreCase);

    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
