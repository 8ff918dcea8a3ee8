using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Selectors;
using GovernedFinetune.Sandbox.Kubernetes.Storage;

namespace GovernedFinetune.Sandbox.Kubernetes.Authorization;

/// <summary>Keeps the rules of ClusterRoles that have an <c>aggregationRule</c>: the rules of all roles that it selects.</summary>
internal sealed class RoleAggregation(ObjectStore store)
{
    /// <summary>Brings every aggregated role up to date. Roles may be built out of each other, so there are as many rounds as such roles at most.</summary>
    public void Refresh()
    {
        for (var rounds = Aggregates().Count(); rounds > 0; rounds--)
        {
            var changed = false;
            foreach (var role in Aggregates())
            {
                changed |= Refresh(role);
            }

            if (!changed)
            {
                return;
            }
        }
    }

    private IEnumerable<StoredObject> Aggregates() =>
        store.Snapshot(RbacObjects.ClusterRoleCollection).Items.Values.Where(r => r.Json["aggregationRule"] is JsonObject);

    /// <summary>Writes a role's rules when they are not what they should be.</summary>
    private bool Refresh(StoredObject role)
    {
        var rules = Collect(role);
        if (JsonNodes.Same(role.Json["rules"] ?? new JsonArray(), rules))
        {
            return false;
        }

        var next = role.Json.Copy();
        next["rules"] = rules;

        // A loser of a race against another writer leaves it to that writer's own refresh.
        _ = store.TryPut(RbacObjects.ClusterRoleCollection, role.Key, role, next);
        return true;
    }

    private JsonArray Collect(StoredObject aggregate)
    {
        var rules = new JsonArray();
        foreach (var selector in (aggregate.Json.Object("aggregationRule").Array("clusterRoleSelectors") ?? []).OfType<JsonObject>())
        {
            var labels = LabelSelector.Of(selector);
            foreach (var role in store.Snapshot(RbacObjects.ClusterRoleCollection).Items.Values.Where(r => r.Key != aggregate.Key && labels.Matches(r.Json)))
            {
                foreach (var rule in (role.Json.Array("rules") ?? []).Where(rule => !rules.Any(known => JsonNodes.Same(known, rule))))
                {
                    rules.Add(rule!.DeepClone());
                }
            }
        }

        return rules;
    }
}
