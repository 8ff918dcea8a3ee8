using GovernedFinetune.Sandbox.Kubernetes.Access;
using GovernedFinetune.Sandbox.Kubernetes.Http;
using GovernedFinetune.Sandbox.Kubernetes.Storage;

namespace GovernedFinetune.Sandbox.Kubernetes.Authorization;

/// <summary>The answer to an <see cref="AccessRequest"/>.</summary>
/// <param name="Allowed">Whether it may be done.</param>
/// <param name="Reason">What allows it, or what is broken among the caller's bindings; may be empty.</param>
internal sealed record Decision(bool Allowed, string Reason);

/// <summary>Role-based access control over the stored roles and bindings. Whoever is in <c>system:masters</c> may do everything.</summary>
internal sealed class Authorizer(ObjectStore store)
{
    private static readonly Decision Everything = new(true, "");
    private volatile Indexed? _indexed;

    /// <summary>Whether the caller may do it.</summary>
    public Decision Decide(Caller caller, AccessRequest access)
    {
        if (caller.IsMaster)
        {
            return Everything;
        }

        List<string>? errors = null;
        foreach (var grant in Current().Of(caller, access.Namespace))
        {
            foreach (var rule in grant.Rules)
            {
                if (rule.Allows(access))
                {
                    return new Decision(true, $"RBAC: allowed by {grant.Origin}");
                }
            }

            if (grant.Error is not null)
            {
                (errors ??= []).Add(grant.Error);
            }
        }

        return new Decision(false, errors switch
        {
            null => "",
            [var only] => $"RBAC: {only}",
            _ => $"RBAC: [{string.Join(", ", errors.Distinct(StringComparer.Ordinal))}]",
        });
    }

    /// <summary>Refuses what the caller may not do.</summary>
    /// <exception cref="StatusException">403, worded as upstream words it.</exception>
    public void Demand(Caller caller, AccessRequest access)
    {
        var decision = Decide(caller, access);
        if (!decision.Allowed)
        {
            throw Refusals.AccessDenied(access, decision.Reason.Length > 0 ? $"{access.Denial(caller)}: {decision.Reason}" : access.Denial(caller));
        }
    }

    /// <summary>All rules that the caller holds in the cluster and, where one is given, in the namespace.</summary>
    public IReadOnlyList<PolicyRule> RulesOf(Caller caller, string @namespace) => [.. Current().Of(caller, @namespace).SelectMany(g => g.Rules)];

    /// <summary>The rules of a role that a binding in <paramref name="namespace"/> names, or why there are none.</summary>
    public (IReadOnlyList<PolicyRule> Rules, string? Error) RulesOfRole(string kind, string name, string @namespace) =>
        new RbacObjects(store).Rules(kind, name, @namespace);

    /// <summary>The index of what is stored now; built anew only after a role or a binding changed.</summary>
    private GrantIndex Current()
    {
        var now = new RbacObjects(store);
        if (_indexed is { } known && known.Objects.IsSameAs(now))
        {
            return known.Grants;
        }

        var fresh = new Indexed(now, GrantIndex.Build(now));
        _indexed = fresh;
        return fresh.Grants;
    }

    private sealed record Indexed(RbacObjects Objects, GrantIndex Grants);
}
