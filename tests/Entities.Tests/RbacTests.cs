using k8s;
using k8s.Models;

namespace GovernedFinetune.Entities.Tests;

public sealed class RbacTests
{
    private static readonly List<object> Objects = [.. new[] { "namespace", "operator", "people" }
        .SelectMany(file => KubernetesYaml.LoadAllFromString(Repository.Read($"config/rbac/{file}.yaml"), strict: true))];

    [Fact]
    public void The_operator_may_do_this_and_no_more() => Assert.Equal(
        [
            "/events: create get update",
            "governedfinetune.io/datasetgrants/status: patch",
            "governedfinetune.io/datasetgrants: get list watch",
            "governedfinetune.io/finetuneruns/status: patch",
            "governedfinetune.io/finetuneruns: delete get list patch update watch",
        ],
        Rules(Role("governed-finetune-operator")));

    [Fact]
    public void Leases_are_the_operators_own_namespace_only()
    {
        var role = Objects.OfType<V1Role>().Single();

        Assert.Equal("governed-finetune", role.Metadata.NamespaceProperty);
        Assert.Equal(["coordination.k8s.io/leases: create get update"], Rules(role.Rules));
    }

    [Fact]
    public void Nothing_reads_secrets_and_nothing_is_a_wildcard()
    {
        var words = Objects.OfType<V1ClusterRole>().SelectMany(role => role.Rules).Concat(Objects.OfType<V1Role>().SelectMany(role => role.Rules))
            .SelectMany(rule => rule.ApiGroups.Concat(rule.Resources).Concat(rule.Verbs));

        Assert.DoesNotContain(words, word => word is "*" or "secrets" or "configmaps" or "escalate" or "bind" or "impersonate");
    }

    [Fact]
    public void Bindings_name_roles_and_the_service_account_that_exist()
    {
        var account = Objects.OfType<V1ServiceAccount>().Single();
        var bindings = Objects.OfType<V1ClusterRoleBinding>().Select(binding => (binding.RoleRef, binding.Subjects))
            .Concat(Objects.OfType<V1RoleBinding>().Select(binding => (binding.RoleRef, binding.Subjects)))
            .ToList();

        Assert.Equal(2, bindings.Count);
        Assert.All(bindings, binding =>
        {
            var subject = Assert.Single(binding.Subjects);
            Assert.Equal((account.Metadata.Name, account.Metadata.NamespaceProperty), (subject.Name, subject.NamespaceProperty));
            Assert.Contains(Objects.OfType<IKubernetesObject<V1ObjectMeta>>(), found => found.Kind == binding.RoleRef.Kind && found.Metadata.Name == binding.RoleRef.Name);
        });
    }

    [Fact]
    public void Whoever_writes_runs_cannot_widen_grants()
    {
        Assert.Contains("governedfinetune.io/datasetgrants: get list watch", Rules(Role("governed-finetune-engineer")));
        Assert.Empty(Aggregates("governed-finetune-steward"));
        Assert.Equal(["aggregate-to-admin", "aggregate-to-edit"], Aggregates("governed-finetune-engineer"));
        Assert.Equal(["aggregate-to-view"], Aggregates("governed-finetune-viewer"));
    }

    [Fact]
    public void Nobody_but_the_operator_writes_status() =>
        Assert.DoesNotContain(
            Objects.OfType<V1ClusterRole>().Where(role => role.Metadata.Name != "governed-finetune-operator").SelectMany(role => Rules(role.Rules)),
            rule => rule.Contains("/status", StringComparison.Ordinal));

    private static IList<V1PolicyRule> Role(string name) => Objects.OfType<V1ClusterRole>().Single(role => role.Metadata.Name == name).Rules;

    private static IEnumerable<string> Aggregates(string role) =>
        (Objects.OfType<V1ClusterRole>().Single(found => found.Metadata.Name == role).Metadata.Labels ?? new Dictionary<string, string>())
        .Where(label => label.Value == "true")
        .Select(label => label.Key.Split('/')[^1])
        .Order();

    private static IEnumerable<string> Rules(IEnumerable<V1PolicyRule> rules) => rules
        .SelectMany(rule => rule.ApiGroups.SelectMany(group => rule.Resources.Select(resource => (Name: $"{group}/{resource}", rule.Verbs))))
        .GroupBy(rule => rule.Name)
        .Select(rule => $"{rule.Key}: {string.Join(' ', rule.SelectMany(part => part.Verbs).Distinct().Order())}")
        .Order(StringComparer.Ordinal);
}
