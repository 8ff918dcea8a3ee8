using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Schema;

namespace GovernedFinetune.Sandbox.Kubernetes.Resources;

/// <summary>Roles and ClusterRoles: a rule says verbs, and either resources or paths.</summary>
internal sealed class RoleRules : IResourceRules
{
    public void Prepare(JsonObject next, JsonObject? old)
    {
    }

    public IEnumerable<FieldError> Validate(JsonObject next, JsonObject? old)
    {
        var namespaced = next.Text("kind") == "Role";
        var rules = next.Array("rules") ?? [];
        return
        [
            .. rules.SelectMany((rule, i) => Check(rule!.AsObject(), $"rules[{i}]", namespaced)),
            .. next.Object("aggregationRule") is { } aggregation ? CheckAggregation(aggregation) : [],
        ];
    }

    private static IEnumerable<FieldError> CheckAggregation(JsonObject aggregation)
    {
        var selectors = aggregation.Array("clusterRoleSelectors") ?? [];
        if (selectors.Count == 0)
        {
            yield return FieldError.Required("aggregationRule.clusterRoleSelectors", "at least one clusterRoleSelector required if aggregationRule is non-nil");
        }

        for (var i = 0; i < selectors.Count; i++)
        {
            var expressions = selectors[i].Array("matchExpressions") ?? [];
            for (var j = 0; j < expressions.Count; j++)
            {
                var (path, operation) = ($"aggregationRule.clusterRoleSelectors[{i}].matchExpressions[{j}]", expressions[j].Text("operator"));
                if (operation is not ("In" or "NotIn" or "Exists" or "DoesNotExist"))
                {
                    yield return FieldError.Invalid($"{path}.operator", operation, "not a valid selector operator");
                }
                else if (operation is "In" or "NotIn" && !expressions[j]!["values"].Texts().Any())
                {
                    yield return FieldError.Required($"{path}.values", "must be specified when `operator` is 'In' or 'NotIn'");
                }
            }
        }
    }

    private static IEnumerable<FieldError> Check(JsonObject rule, string path, bool namespaced)
    {
        if (!rule["verbs"].Texts().Any())
        {
            yield return FieldError.Required($"{path}.verbs", "verbs must contain at least one value");
        }

        var resources = rule["apiGroups"].Texts().Concat(rule["resources"].Texts()).Concat(rule["resourceNames"].Texts());
        if (rule["nonResourceURLs"].Texts().Any())
        {
            if (namespaced)
            {
                yield return FieldError.Invalid($"{path}.nonResourceURLs", rule["nonResourceURLs"]!.DeepClone(), "namespaced rules cannot apply to non-resource URLs");
            }

            if (resources.Any())
            {
                yield return FieldError.Invalid($"{path}.nonResourceURLs", rule["nonResourceURLs"]!.DeepClone(), "rules cannot apply to both regular resources and non-resource URLs");
            }

            yield break;
        }

        if (!rule["apiGroups"].Texts().Any())
        {
            yield return FieldError.Required($"{path}.apiGroups", "resource rules must supply at least one api group");
        }

        if (!rule["resources"].Texts().Any())
        {
            yield return FieldError.Required($"{path}.resources", "resource rules must supply at least one resource");
        }
    }
}

/// <summary>Bindings: the role is fixed at creation, since changing it would silently grant something else.</summary>
internal sealed class RoleBindingRules : IResourceRules
{
    private const string Group = "rbac.authorization.k8s.io";

    public void Prepare(JsonObject next, JsonObject? old)
    {
        if (next.TryGetObject("roleRef", out var role) && string.IsNullOrEmpty(role.Text("apiGroup")))
        {
            role["apiGroup"] = Group;
        }

        foreach (var subject in (next.Array("subjects") ?? []).OfType<JsonObject>())
        {
            if (subject.Text("kind") is "User" or "Group" && string.IsNullOrEmpty(subject.Text("apiGroup")))
            {
                subject["apiGroup"] = Group;
            }
        }
    }

    public IEnumerable<FieldError> Validate(JsonObject next, JsonObject? old)
    {
        var namespaced = next.Text("kind") == "RoleBinding";
        return
        [
            .. CheckRole(next.Object("roleRef") ?? [], namespaced),
            .. (next.Array("subjects") ?? []).SelectMany((subject, i) => CheckSubject(subject!.AsObject(), $"subjects[{i}]", namespaced)),
            .. old is not null && !JsonNodes.Same(next["roleRef"], old["roleRef"])
                ? [FieldError.Invalid("roleRef", next["roleRef"]?.DeepClone(), "cannot change roleRef")]
                : Array.Empty<FieldError>(),
        ];
    }

    private static IEnumerable<FieldError> CheckRole(JsonObject role, bool namespaced)
    {
        if (role.Text("apiGroup") != Group)
        {
            yield return FieldError.NotSupported("roleRef.apiGroup", role["apiGroup"]?.DeepClone(), [Group]);
        }

        if (role.Text("kind") is not "ClusterRole" && !(namespaced && role.Text("kind") == "Role"))
        {
            yield return FieldError.NotSupported("roleRef.kind", role["kind"]?.DeepClone(), namespaced ? ["Role", "ClusterRole"] : ["ClusterRole"]);
        }

        if (string.IsNullOrEmpty(role.Text("name")))
        {
            yield return FieldError.Required("roleRef.name");
        }
    }

    private static IEnumerable<FieldError> CheckSubject(JsonObject subject, string path, bool namespaced)
    {
        if (string.IsNullOrEmpty(subject.Text("name")))
        {
            yield return FieldError.Required($"{path}.name");
        }

        var group = subject.Text("apiGroup") ?? "";
        switch (subject.Text("kind"))
        {
            case "ServiceAccount":
                if (group.Length > 0)
                {
                    yield return FieldError.NotSupported($"{path}.apiGroup", group, [""]);
                }

                if (!namespaced && string.IsNullOrEmpty(subject.Text("namespace")))
                {
                    yield return FieldError.Required($"{path}.namespace");
                }

                break;
            case "User" or "Group":
                if (group != Group)
                {
                    yield return FieldError.NotSupported($"{path}.apiGroup", group, [Group]);
                }

                break;
            default:
                yield return FieldError.NotSupported($"{path}.kind", subject["kind"]?.DeepClone(), ["ServiceAccount", "User", "Group"]);
                break;
        }
    }
}
