using System.Collections.Immutable;
using GovernedFinetune.Sandbox.Kubernetes.Storage;

namespace GovernedFinetune.Sandbox.Kubernetes.Authorization;

/// <summary>The stored roles and bindings at one moment.</summary>
internal sealed class RbacObjects(ObjectStore store)
{
    public const string RoleCollection = "roles.rbac.authorization.k8s.io";
    public const string ClusterRoleCollection = "clusterroles.rbac.authorization.k8s.io";
    public const string RoleBindingCollection = "rolebindings.rbac.authorization.k8s.io";
    public const string ClusterRoleBindingCollection = "clusterrolebindings.rbac.authorization.k8s.io";

    private readonly ImmutableSortedDictionary<ObjectKey, StoredObject> _roles = store.Snapshot(RoleCollection).Items;
    private readonly ImmutableSortedDictionary<ObjectKey, StoredObject> _clusterRoles = store.Snapshot(ClusterRoleCollection).Items;
    private readonly ImmutableSortedDictionary<ObjectKey, StoredObject> _roleBindings = store.Snapshot(RoleBindingCollection).Items;
    private readonly ImmutableSortedDictionary<ObjectKey, StoredObject> _clusterRoleBindings = store.Snapshot(ClusterRoleBindingCollection).Items;

    public IEnumerable<StoredObject> RoleBindings => _roleBindings.Values;

    public IEnumerable<StoredObject> ClusterRoleBindings => _clusterRoleBindings.Values;

    /// <summary>Whether nothing was written between this moment and the other; collections are immutable, so identity tells.</summary>
    public bool IsSameAs(RbacObjects other) =>
        ReferenceEquals(_roles, other._roles)
        && ReferenceEquals(_clusterRoles, other._clusterRoles)
        && ReferenceEquals(_roleBindings, other._roleBindings)
        && ReferenceEquals(_clusterRoleBindings, other._clusterRoleBindings);

    /// <summary>The rules of the role that a binding in <paramref name="namespace"/> names, or why there are none.</summary>
    public (IReadOnlyList<PolicyRule> Rules, string? Error) Rules(string kind, string name, string @namespace)
    {
        var role = kind == "Role"
            ? _roles.GetValueOrDefault(new ObjectKey(@namespace, name))
            : _clusterRoles.GetValueOrDefault(new ObjectKey("", name));
        return role is null
            ? ([], $"{(kind == "Role" ? "role" : "clusterrole")}.rbac.authorization.k8s.io \"{name}\" not found")
            : (PolicyRule.ReadAll(role.Json), null);
    }
}
