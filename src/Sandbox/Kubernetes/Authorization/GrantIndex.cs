using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Access;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Storage;

namespace GovernedFinetune.Sandbox.Kubernetes.Authorization;

/// <summary>What one binding gives to one of its subjects.</summary>
/// <param name="Rules">The rules of the role.</param>
/// <param name="Origin">Binding, role and subject, for people.</param>
/// <param name="Error">Why the binding gives nothing; null when its role is there.</param>
internal sealed record Grant(IReadOnlyList<PolicyRule> Rules, string Origin, string? Error);

/// <summary>All bindings by whom they are for and where they hold, so that a request need not look at those of others.</summary>
internal sealed class GrantIndex
{
    private readonly Dictionary<Holder, List<Grant>> _grants = [];

    private GrantIndex()
    {
    }

    private enum SubjectKind
    {
        User,
        Group,
    }

    /// <summary>Builds the index over stored roles and bindings.</summary>
    public static GrantIndex Build(RbacObjects objects)
    {
        var index = new GrantIndex();
        foreach (var binding in objects.ClusterRoleBindings)
        {
            index.Add(binding, objects, $"ClusterRoleBinding \"{binding.Key.Name}\"");
        }

        foreach (var binding in objects.RoleBindings)
        {
            index.Add(binding, objects, $"RoleBinding \"{binding.Key.Name}/{binding.Key.Namespace}\"");
        }

        return index;
    }

    /// <summary>What the caller holds in the cluster and, where one is given, in the namespace.</summary>
    public IEnumerable<Grant> Of(Caller caller, string @namespace)
    {
        foreach (var place in @namespace.Length > 0 ? new[] { "", @namespace } : [""])
        {
            foreach (var grant in Find(place, SubjectKind.User, caller.Name))
            {
                yield return grant;
            }

            foreach (var group in caller.Groups)
            {
                foreach (var grant in Find(place, SubjectKind.Group, group))
                {
                    yield return grant;
                }
            }
        }
    }

    private List<Grant> Find(string place, SubjectKind kind, string name) => _grants.GetValueOrDefault(new(place, kind, name)) ?? [];

    private void Add(StoredObject binding, RbacObjects objects, string description)
    {
        var home = binding.Key.Namespace;
        var reference = binding.Json.Object("roleRef");
        var (kind, name) = (reference.Text("kind") ?? "", reference.Text("name") ?? "");
        var (rules, error) = objects.Rules(kind, name, home);
        foreach (var subject in (binding.Json.Array("subjects") ?? []).OfType<JsonObject>())
        {
            var (subjectKind, subjectName) = (subject.Text("kind"), subject.Text("name") ?? "");
            var space = subject.Text("namespace") is { Length: > 0 } given ? given : home;
            var holder = subjectKind switch
            {
                "User" => new Holder(home, SubjectKind.User, subjectName),
                "Group" => new Holder(home, SubjectKind.Group, subjectName),
                _ => new Holder(home, SubjectKind.User, new ServiceAccountName(space, subjectName).User),
            };
            if (!_grants.TryGetValue(holder, out var grants))
            {
                _grants[holder] = grants = [];
            }

            var shown = subjectKind == "ServiceAccount" ? $"{subjectName}/{space}" : subjectName;
            grants.Add(new Grant(rules, $"{description} of {kind} \"{name}\" to {subjectKind} \"{shown}\"", error));
        }
    }

    private readonly record struct Holder(string Place, SubjectKind Kind, string Name);
}
