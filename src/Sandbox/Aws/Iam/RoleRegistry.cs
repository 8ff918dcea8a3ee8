using System.Collections.Concurrent;
using GovernedFinetune.Sandbox.Hosting;
using GovernedFinetune.Sandbox.Identity;

namespace GovernedFinetune.Sandbox.Aws.Iam;

/// <summary>The account's roles, and the credentials made for them.</summary>
internal sealed class RoleRegistry(SandboxContext context)
{
    private readonly ConcurrentDictionary<string, Role> _byArn = new(StringComparer.Ordinal);

    /// <summary>Adds a role, or replaces the one of that name.</summary>
    public Role Put(string name, IamPolicy policy, TrustPolicy? trust)
    {
        var role = new Role(name, $"arn:aws:iam::{context.Options.AccountId}:role/{name}", policy, trust);
        _byArn[role.Arn] = role;
        return role;
    }

    /// <summary>The role of that ARN or that name, or null.</summary>
    public Role? Find(string arnOrName) =>
        _byArn.GetValueOrDefault(arnOrName) ?? _byArn.GetValueOrDefault($"arn:aws:iam::{context.Options.AccountId}:role/{arnOrName}");

    /// <summary>Issues a session of the role.</summary>
    /// <param name="role">The role.</param>
    /// <param name="session">The session's name.</param>
    /// <param name="lifetime">How long it is wanted; never longer than the sandbox's credentials live.</param>
    public AwsCredential StartSession(Role role, string session, TimeSpan? lifetime = null)
    {
        var longest = context.Options.CredentialLifetime;
        return context.Credentials.IssueTemporary(
            $"arn:aws:sts::{context.Options.AccountId}:assumed-role/{role.Name}/{session}",
            role.Policy,
            lifetime < longest ? lifetime.Value : longest);
    }

    /// <summary>Issues a key without an end that may do what the role may: for a process that stands outside AWS.</summary>
    public AwsCredential IssueAccessKey(Role role) =>
        context.Credentials.IssueLongLived($"arn:aws:iam::{context.Options.AccountId}:user/{role.Name}", role.Policy);
}
