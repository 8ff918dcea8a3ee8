using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using GovernedFinetune.Operator.Hosting;
using k8s;
using k8s.Models;

namespace GovernedFinetune.Operator.Tests.Docs;

public sealed partial class ChartTests
{
    private const string Keep = "helm.sh/resource-policy";

    [Fact]
    public void The_chart_holds_the_definitions_and_rights_of_config_byte_for_byte()
    {
        string[] copied =
        [
            .. Directory.GetFiles(Repository.PathOf("config/crds")).Select(f => $"crds/{Path.GetFileName(f)}"),
            "rbac/operator.yaml",
            "rbac/people.yaml",
        ];
        var files = Repository.PathOf("charts/governed-finetune/files");

        Assert.Equal(copied.Order(), Directory.GetFiles(files, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(files, f)).Order());
        var stale = copied.Where(f => Repository.Read($"config/{f}") != File.ReadAllText(Path.Combine(files, f)));
        Assert.True(!stale.Any(), $"run `make generate` and commit: {string.Join(", ", stale)}");
    }

    [Fact]
    public void The_values_schema_knows_the_fields_that_the_configuration_page_describes()
    {
        var config = JsonNode.Parse(Repository.Read("charts/governed-finetune/values.schema.json"))!["properties"]!["config"]!;
        var fields = new HashSet<string>(StringComparer.Ordinal);
        Collect(config, "", fields);

        Assert.Equal(
            FieldRow().Matches(Repository.Read("docs/configuration.md")).Select(m => m.Groups["path"].Value).Order(StringComparer.Ordinal),
            fields.Order(StringComparer.Ordinal));
    }

    [HelmFact]
    public async Task Helm_finds_nothing_wrong_with_it()
    {
        Assert.Equal(0, (await Helm.LintAsync()).Code);
        Assert.Equal(0, (await Helm.LintAsync("--strict", "--values", Helm.ExampleValues)).Code);
    }

    [HelmFact]
    public async Task The_rendered_configuration_is_one_that_the_operator_starts_with()
    {
        var config = (await Helm.RenderAsync("--set", "config.resyncInterval=3m")).OfType<V1ConfigMap>().Single().Data["config.json"];

        var options = OptionsFile.Parse("config.json", config);
        Assert.Equal(TimeSpan.FromMinutes(3), options.ResyncInterval);
        Assert.Equal(["credit-risk", "fraud"], Assert.Single(options.Profiles).Namespaces);
    }

    [HelmFact]
    public async Task Definitions_are_those_of_config_and_are_kept_on_uninstall()
    {
        var rendered = (await Helm.RenderAsync()).OfType<V1CustomResourceDefinition>().ToList();

        Assert.Equal(2, rendered.Count);
        Assert.All(rendered, crd =>
        {
            Assert.Equal("keep", crd.Metadata.Annotations[Keep]);
            _ = crd.Metadata.Annotations.Remove(Keep);
            crd.Metadata.Annotations = crd.Metadata.Annotations.Count == 0 ? null : crd.Metadata.Annotations;
            var own = KubernetesYaml.Deserialize<V1CustomResourceDefinition>(Repository.Read($"config/crds/{crd.Metadata.Name}.yaml"), strict: true);
            Assert.True(JsonNode.DeepEquals(Tree(own), Tree(crd)), $"{crd.Metadata.Name} is rendered otherwise than it stands in config/crds.");
        });
        Assert.Empty((await Helm.RenderAsync("--set", "crds.install=false")).OfType<V1CustomResourceDefinition>());
    }

    [HelmFact]
    public async Task Rights_are_those_of_config_and_bound_to_the_releases_service_account()
    {
        var rendered = await Helm.RenderAsync("--set", "serviceAccount.name=robot");
        var own = new[] { "operator", "people" }.SelectMany(f => KubernetesYaml.LoadAllFromString(Repository.Read($"config/rbac/{f}.yaml"), strict: true)).ToList();

        Assert.Equal(ClusterRoles(own), ClusterRoles(rendered));
        Assert.Equal(own.OfType<V1Role>().Select(r => KubernetesJson.Serialize(r.Rules)), rendered.OfType<V1Role>().Select(r => KubernetesJson.Serialize(r.Rules)));
        Assert.Equal("somewhere", rendered.OfType<V1Role>().Single().Metadata.NamespaceProperty);

        var account = rendered.OfType<V1ServiceAccount>().Single();
        Assert.Equal(("robot", "somewhere"), (account.Metadata.Name, account.Metadata.NamespaceProperty));
        var subjects = rendered.OfType<V1ClusterRoleBinding>().SelectMany(b => b.Subjects).Concat(rendered.OfType<V1RoleBinding>().SelectMany(b => b.Subjects));
        Assert.Equal([("robot", "somewhere"), ("robot", "somewhere")], subjects.Select(s => (s.Name, s.NamespaceProperty)));
        Assert.Equal("robot", rendered.OfType<V1Deployment>().Single().Spec.Template.Spec.ServiceAccountName);
    }

    [HelmFact]
    public async Task With_a_namespace_there_are_the_same_rights_in_it_and_none_for_the_cluster()
    {
        var rendered = await Helm.RenderAsync("--set", "config.namespace=credit-risk,rbac.people=false");
        Assert.Empty(rendered.OfType<V1ClusterRole>());
        Assert.Empty(rendered.OfType<V1ClusterRoleBinding>());

        var everywhere = (await Helm.RenderAsync("--set", "rbac.people=false")).OfType<V1ClusterRole>().Single();
        var role = rendered.OfType<V1Role>().Single(r => r.Metadata.NamespaceProperty == "credit-risk");
        Assert.Equal(KubernetesJson.Serialize(everywhere.Rules), KubernetesJson.Serialize(role.Rules));
        var binding = rendered.OfType<V1RoleBinding>().Single(b => b.Metadata.NamespaceProperty == "credit-risk");
        Assert.Equal(("Role", role.Metadata.Name), (binding.RoleRef.Kind, binding.RoleRef.Name));
        Assert.Equal("somewhere", Assert.Single(binding.Subjects).NamespaceProperty);
        Assert.Single(rendered.OfType<V1Role>(), r => r.Metadata.NamespaceProperty == "somewhere");
    }

    [HelmFact]
    public async Task The_operator_may_read_and_write_the_one_lease_that_it_is_configured_with()
    {
        Assert.Equal(["governed-finetune-leader"], LeaseNames(await Helm.RenderAsync()));
        Assert.Equal(["governed-finetune-leader"], LeaseNames(await Helm.RenderAsync("--set", "config.leaderElection=true")));
        var other = await Helm.RenderAsync("--set", "config.leaderElection.leaseName=gold,config.labelSelector=tier=gold,rbac.operatorRole=gold-operator");
        Assert.Equal(["gold"], LeaseNames(other));
        Assert.Equal("gold-operator", other.OfType<V1ClusterRoleBinding>().Single().RoleRef.Name);
        var options = OptionsFile.Parse("config.json", other.OfType<V1ConfigMap>().Single().Data["config.json"]);
        Assert.Equal(("gold", "tier=gold"), (options.LeaderElection.LeaseName, options.Selector.Text));
    }

    [HelmFact]
    public async Task A_new_pod_stands_by_before_the_old_one_stops_and_knows_its_name()
    {
        var deployment = (await Helm.RenderAsync()).OfType<V1Deployment>().Single().Spec;
        Assert.Equal(("RollingUpdate", "0"), (deployment.Strategy.Type, deployment.Strategy.RollingUpdate.MaxUnavailable.Value));
        Assert.Equal("metadata.name", deployment.Template.Spec.Containers.Single().Env.Single(e => e.Name == "POD_NAME").ValueFrom.FieldRef.FieldPath);
    }

    [HelmFact]
    public async Task Aggregation_labels_of_the_roles_for_people_survive()
    {
        var roles = (await Helm.RenderAsync()).OfType<V1ClusterRole>().ToDictionary(r => r.Metadata.Name, r => r.Metadata.Labels.Keys.Where(k => k.StartsWith("rbac.", StringComparison.Ordinal)));

        Assert.Equal(2, roles["governed-finetune-engineer"].Count());
        Assert.Single(roles["governed-finetune-viewer"]);
        Assert.Empty(roles["governed-finetune-steward"]);
        Assert.Single((await Helm.RenderAsync("--set", "rbac.people=false")).OfType<V1ClusterRole>());
    }

    [HelmFact]
    public async Task The_pod_meets_the_restricted_standard()
    {
        var pod = (await Helm.RenderAsync()).OfType<V1Deployment>().Single().Spec.Template.Spec;
        var container = Assert.Single(pod.Containers);

        Assert.True(pod.SecurityContext.RunAsNonRoot);
        Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
        Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
        Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
        Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
        Assert.Null(container.SecurityContext.Capabilities.Add);
        Assert.All(pod.Volumes, volume => Assert.Null(volume.HostPath));
        Assert.Equal("metadata.namespace", container.Env.Single(e => e.Name == "POD_NAMESPACE").ValueFrom.FieldRef.FieldPath);
        Assert.Equal(("/healthz", "/readyz"), (container.LivenessProbe.HttpGet.Path, container.ReadinessProbe.HttpGet.Path));
    }

    [HelmFact]
    public async Task A_change_of_the_configuration_restarts_the_pod()
    {
        var one = (await Helm.RenderAsync()).OfType<V1Deployment>().Single().Spec.Template.Metadata.Annotations["checksum/config"];
        var other = (await Helm.RenderAsync("--set", "config.resyncInterval=3m")).OfType<V1Deployment>().Single().Spec.Template.Metadata.Annotations["checksum/config"];

        Assert.NotEqual(one, other);
    }

    [HelmFact]
    public async Task A_release_without_a_profile_is_refused_with_what_to_do()
    {
        var (code, _, error) = await Helm.TemplateAsync();

        Assert.NotEqual(0, code);
        Assert.Contains("config.profiles is empty", error, StringComparison.Ordinal);
    }

    [HelmFact]
    public async Task A_misspelt_value_is_refused_with_its_place()
    {
        var (code, _, error) = await Helm.TemplateAsync("--values", Helm.ExampleValues, "--set", "config.profiles[0].aws.regoin=us-east-1");

        Assert.NotEqual(0, code);
        Assert.Contains("/config/profiles/0/aws", error, StringComparison.Ordinal);
        Assert.Contains("regoin", error, StringComparison.Ordinal);
    }

    /// <summary>Without the order of members, which helm does not keep.</summary>
    private static JsonNode Tree(object value) => JsonNode.Parse(KubernetesJson.Serialize(value))!;

    private static IEnumerable<string> ClusterRoles(IEnumerable<object> objects) =>
        objects.OfType<V1ClusterRole>().Select(r => $"{r.Metadata.Name}: {KubernetesJson.Serialize(r.Rules)}").Order(StringComparer.Ordinal);

    private static IEnumerable<string> LeaseNames(IEnumerable<object> objects) =>
        objects.OfType<V1Role>().SelectMany(r => r.Rules).Where(r => r.ResourceNames is not null).SelectMany(r => r.ResourceNames);

    private static void Collect(JsonNode schema, string path, HashSet<string> fields)
    {
        if (schema["items"] is { } items && items["properties"] is not null)
        {
            Collect(items, path + "[]", fields);
        }

        foreach (var (name, member) in schema["properties"]?.AsObject() ?? [])
        {
            var field = path.Length == 0 ? name : $"{path}.{name}";
            _ = fields.Add(field);
            Collect(member!, field, fields);
        }
    }

    [GeneratedRegex(@"^\| `(?<path>[a-z]\w*(?:\[\])?(?:\.\w+)*)` \|", RegexOptions.Multiline)]
    private static partial Regex FieldRow();
}
