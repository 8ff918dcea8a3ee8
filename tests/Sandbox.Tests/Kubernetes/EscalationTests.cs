using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Tests.Kubernetes;

/// <summary>Nobody gives away what they do not hold.</summary>
public sealed class EscalationTests
{
    private const string Roles = $"{AccessObjects.Rbac}/namespaces/default/roles";
    private const string Bindings = $"{AccessObjects.Rbac}/namespaces/default/rolebindings";
    private const string ReadConfigMaps = """[{"apiGroups":[""],"resources":["configmaps"],"verbs":["get"]}]""";
    private const string ReadSecrets = """[{"apiGroups":[""],"resources":["secrets"],"verbs":["get"]}]""";

    [Fact]
    public async Task A_role_may_hold_what_its_author_holds_and_no_more()
    {
        await using var cluster = await WithLeadAsync();
        using var lead = TestCaller.As(cluster, "lead");
        Assert.Equal(201, (await lead.PostAsync(Roles, Role("same", ReadConfigMaps))).Status);
        var refused = await lead.PostAsync(Roles, Role("more", ReadSecrets));
        Assert.Equal(403, refused.Status);
        Assert.Equal(
            """
            roles.rbac.authorization.k8s.io "more" is forbidden: user "lead" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:
            {APIGroups:[""], Resources:["secrets"], Verbs:["get"]}
            """,
            refused.At("message"));

        var patch = $$"""{"rules":{{ReadSecrets}}}""";
        Assert.Equal(403, (await lead.SendAsync("PATCH", $"{Roles}/same", patch, "application/merge-patch+json")).Status);
        Assert.Equal(200, (await lead.SendAsync("PATCH", $"{Roles}/same", """{"metadata":{"labels":{"a":"b"}}}""", "application/merge-patch+json")).Status);
        Assert.Equal(403, (await lead.SendAsync("PATCH", $"{Roles}/applied?fieldManager=t", Role("applied", ReadSecrets).ToJsonString(), "application/apply-patch+yaml")).Status);
        Assert.Equal(403, (await lead.PostAsync($"{Roles}?dryRun=All", Role("more", ReadSecrets))).Status);
        Assert.Equal(404, (await cluster.GetAsync($"{Roles}/more")).Status);
    }

    [Fact]
    public async Task A_label_on_a_role_that_holds_more_grants_it_and_a_finalizer_does_not()
    {
        await using var cluster = await WithLeadAsync();
        Assert.Equal(201, (await cluster.PostAsync(Roles, Role("strong", ReadSecrets))).Status);
        using var lead = TestCaller.As(cluster, "lead");
        Assert.Equal(403, (await lead.SendAsync("PATCH", $"{Roles}/strong", """{"metadata":{"labels":{"a":"b"}}}""", "application/merge-patch+json")).Status);
        Assert.Equal(200, (await lead.SendAsync("PATCH", $"{Roles}/strong", """{"metadata":{"finalizers":["example.com/a"]}}""", "application/merge-patch+json")).Status);
        Assert.Equal(200, (await lead.SendAsync("PATCH", $"{Roles}/strong", "{}", "application/merge-patch+json")).Status);
    }

    [Fact]
    public async Task A_binding_may_give_what_its_author_holds_and_no_more()
    {
        await using var cluster = await WithLeadAsync();
        Assert.Equal(201, (await cluster.PostAsync(Roles, Role("weak", ReadConfigMaps))).Status);
        Assert.Equal(201, (await cluster.PostAsync(Roles, Role("strong", ReadSecrets))).Status);
        using var lead = TestCaller.As(cluster, "lead");
        Assert.Equal(201, (await lead.PostAsync(Bindings, Binding("weak"))).Status);
        Assert.Equal(403, (await lead.PostAsync(Bindings, Binding("strong"))).Status);
        Assert.Equal(404, (await lead.PostAsync(Bindings, Binding("absent"))).Status);

        // Adding a subject to a binding that somebody else made is giving, too.
        Assert.Equal(201, (await cluster.PostAsync(Bindings, Binding("strong"))).Status);
        Assert.Equal(403, (await lead.SendAsync("PATCH", $"{Bindings}/strong", """{"subjects":[{"kind":"User","name":"lead","apiGroup":"rbac.authorization.k8s.io"}]}""", "application/merge-patch+json")).Status);
    }

    [Fact]
    public async Task Escalate_and_bind_are_verbs_that_lift_this()
    {
        await using var cluster = await WithLeadAsync();
        await cluster.ClusterRoleAsync(
            "trusted",
            """[{"apiGroups":["rbac.authorization.k8s.io"],"resources":["roles"],"verbs":["escalate","bind"],"resourceNames":["strong"]}]""");
        await cluster.BindAsync("trusted", AccessObjects.User("lead"), "default");
        using var lead = TestCaller.As(cluster, "lead");
        Assert.Equal(201, (await lead.PostAsync(Roles, Role("strong", ReadSecrets))).Status);
        Assert.Equal(201, (await lead.PostAsync(Bindings, Binding("strong"))).Status);
        Assert.Equal(403, (await lead.PostAsync(Roles, Role("other", ReadSecrets))).Status);
    }

    [Fact]
    public async Task Only_who_may_do_everything_makes_roles_that_grow_by_themselves()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.ClusterRoleAsync("roles", """[{"apiGroups":["rbac.authorization.k8s.io"],"resources":["*"],"verbs":["*"]}]""");
        await cluster.ClusterRoleAsync("makers", """[{"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"],"verbs":["create"]}]""");
        await cluster.BindAsync("makers", AccessObjects.User("maker"));
        await cluster.BindAsync("cluster-admin", AccessObjects.User("root"));
        var grows = JsonNode.Parse("""{"metadata":{"name":"grows"},"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"a":"b"}}]}}""")!;
        using var maker = TestCaller.As(cluster, "maker");
        using var root = TestCaller.As(cluster, "root");
        Assert.EndsWith("must have cluster-admin privileges to use the aggregationRule", (await maker.PostAsync($"{AccessObjects.Rbac}/clusterroles", grows)).At("message"), StringComparison.Ordinal);
        Assert.Equal(201, (await root.PostAsync($"{AccessObjects.Rbac}/clusterroles", grows)).Status);
    }

    /// <summary>A cluster where "lead" is admin of the namespace default, less its secrets.</summary>
    private static async Task<TestCluster> WithLeadAsync()
    {
        var cluster = await TestCluster.StartAsync();
        await cluster.ClusterRoleAsync("lead", """
            [{"apiGroups":["rbac.authorization.k8s.io"],"resources":["roles","rolebindings"],"verbs":["create","get","update","patch"]},
             {"apiGroups":[""],"resources":["configmaps"],"verbs":["*"]}]
            """);
        await cluster.BindAsync("lead", AccessObjects.User("lead"), "default");
        return cluster;
    }

    private static JsonNode Role(string name, string rules) => JsonNode.Parse(
        $$"""{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"{{name}}"},"rules":{{rules}}}""")!;

    private static JsonNode Binding(string role) => JsonNode.Parse(
        $$"""
        {"metadata":{"name":"{{role}}"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"{{role}}"},
         "subjects":[{"kind":"User","name":"bob","apiGroup":"rbac.authorization.k8s.io"}]}
        """)!;
}
