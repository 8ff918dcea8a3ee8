using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Access;
using GovernedFinetune.Sandbox.Kubernetes.Http;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Resources;

namespace GovernedFinetune.Sandbox.Kubernetes.Authorization;

/// <summary>
/// What of a write can be judged only when its outcome is known: an update or an apply that creates needs the verb
/// <c>create</c> as well, and nobody grants what they do not hold themselves.
/// </summary>
internal sealed class WriteAdmission(Authorizer authorizer)
{
    private static readonly PolicyRule[] FullAuthority =
    [
        new() { Verbs = ["*"], ApiGroups = ["*"], Resources = ["*"] },
        new() { Verbs = ["*"], NonResourceUrls = ["*"] },
    ];

    /// <summary>Judges a write.</summary>
    /// <param name="caller">Who writes.</param>
    /// <param name="type">What is written.</param>
    /// <param name="access">What the request was allowed for.</param>
    /// <param name="next">The object as it would become.</param>
    /// <param name="old">The object as it is; null when it is created.</param>
    /// <exception cref="StatusException">The caller may not.</exception>
    public void Admit(Caller caller, ResourceType type, AccessRequest access, JsonObject next, JsonObject? old)
    {
        if (caller.IsMaster)
        {
            return;
        }

        if (old is null && access.Verb != "create")
        {
            authorizer.Demand(caller, access with { Verb = "create" });
        }

        var (space, name) = (access.Namespace, next.Object("metadata").Text("name") ?? "");
        switch (type.Collection)
        {
            case RbacObjects.RoleCollection or RbacObjects.ClusterRoleCollection when !IsOnlyForDeletion(next, old):
                AdmitRole(caller, type, space, name, next);
                break;
            case RbacObjects.RoleBindingCollection or RbacObjects.ClusterRoleBindingCollection when !IsOnlyForDeletion(next, old):
                AdmitBinding(caller, type, space, name, next);
                break;
        }
    }

    /// <summary>
    /// Whether a change is no more than what deletion needs. Everything else counts as granting what the role holds: a
    /// label can make it part of another role.
    /// </summary>
    private static bool IsOnlyForDeletion(JsonObject next, JsonObject? old)
    {
        return old is not null && JsonNodes.Same(Rest(next), Rest(old));

        static JsonObject Rest(JsonObject from)
        {
            var rest = from.Copy();
            foreach (var field in new[] { "ownerReferences", "finalizers", "managedFields" })
            {
                _ = rest.Object("metadata")!.Remove(field);
            }

            return rest;
        }
    }

    private void AdmitRole(Caller caller, ResourceType type, string space, string name, JsonObject next)
    {
        if (authorizer.Decide(caller, Special("escalate", type.Plural, space, name)).Allowed)
        {
            return;
        }

        if (next["aggregationRule"] is not null && Missing(caller, FullAuthority, space).Count > 0)
        {
            throw Refusals.Forbidden(type, name, "must have cluster-admin privileges to use the aggregationRule");
        }

        DemandHeld(caller, type, space, name, PolicyRule.ReadAll(next));
    }

    private void AdmitBinding(Caller caller, ResourceType type, string space, string name, JsonObject next)
    {
        var reference = next.Object("roleRef");
        var (kind, role) = (reference.Text("kind") ?? "", reference.Text("name") ?? "");
        if (authorizer.Decide(caller, Special("bind", kind == "Role" ? "roles" : "clusterroles", space, role)).Allowed)
        {
            return;
        }

        var (rules, error) = authorizer.RulesOfRole(kind, role, space);
        if (error is not null)
        {
            throw new StatusException(404, "NotFound", error) { Group = type.Group, Kind = kind == "Role" ? "roles" : "clusterroles", Name = role };
        }

        DemandHeld(caller, type, space, name, rules);
    }

    private void DemandHeld(Caller caller, ResourceType type, string space, string name, IReadOnlyList<PolicyRule> granted)
    {
        if (Missing(caller, granted, space) is { Count: > 0 } missing)
        {
            var groups = string.Join(' ', caller.Groups.Select(Schema.FieldError.Quote));
            throw Refusals.Forbidden(
                type,
                name,
                $"user {Schema.FieldError.Quote(caller.Name)} (groups=[{groups}]) is attempting to grant RBAC permissions not currently held:\n{string.Join('\n', missing)}");
        }
    }

    private List<PolicyRule> Missing(Caller caller, IReadOnlyList<PolicyRule> wanted, string space)
    {
        var held = authorizer.RulesOf(caller, space);
        return [.. wanted.SelectMany(r => r.Parts()).Where(part => !held.Any(r => r.Covers(part)))];
    }

    private static AccessRequest Special(string verb, string resource, string space, string name) => new()
    {
        Verb = verb,
        Group = "rbac.authorization.k8s.io",
        Resource = resource,
        Namespace = space,
        Name = name,
    };
}
