using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Tests.Kubernetes;

public sealed class AuthorizationTests
{
    private const string Widgets = TestCluster.Widgets;
    private const string WidgetRules = """[{"apiGroups":["demo.example.com"],"resources":["widgets"],"verbs":["VERB"]}]""";

    [Fact]
    public async Task A_refusal_says_who_cannot_do_what_where()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        using var account = await TestCaller.ServiceAccountAsync(cluster, "default", "default");
        var refused = await account.GetAsync($"{Widgets}/x");
        Assert.Equal((403, "Forbidden", "Failure"), (refused.Status, refused.At("reason"), refused.At("status")));
        Assert.Equal(
            """widgets.demo.example.com "x" is forbidden: User "system:serviceaccount:default:default" cannot get resource "widgets" in API group "demo.example.com" in the namespace "default" """.TrimEnd(),
            refused.At("message"));
        Assert.Equal("""{"name":"x","group":"demo.example.com","kind":"widgets"}""", refused.At("details"));

        Assert.Equal(
            """secrets is forbidden: User "system:serviceaccount:default:default" cannot list resource "secrets" in API group "" at the cluster scope""",
            (await account.GetAsync("/api/v1/secrets")).At("message"));
        Assert.Equal(
            """widgets.demo.example.com "x" is forbidden: User "system:serviceaccount:default:default" cannot patch resource "widgets/status" in API group "demo.example.com" in the namespace "default" """.TrimEnd(),
            (await account.SendAsync("PATCH", $"{Widgets}/x/status", "{}", "application/merge-patch+json")).At("message"));
        Assert.Equal(
            """forbidden: User "system:serviceaccount:default:default" cannot get path "/metrics" """.TrimEnd(),
            (await account.GetAsync("/metrics")).At("message"));
    }

    [Fact]
    public async Task Whether_an_object_or_a_resource_is_there_is_not_told_to_those_who_may_not_know()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        _ = await cluster.CreateWidgetAsync("here");
        using var bob = TestCaller.As(cluster, "bob");
        var answers = new[]
        {
            await bob.GetAsync($"{Widgets}/here"),
            await bob.GetAsync($"{Widgets}/away"),
            await bob.GetAsync($"{Widgets.Replace("default", "nowhere", StringComparison.Ordinal)}/away"),
            await bob.GetAsync("/apis/demo.example.com/v1/namespaces/default/gadgets"),
            await bob.GetAsync("/apis/demo.example.com/v1/namespaces/default/widgets/here/scale"),
            await bob.SendAsync("DELETE", $"{Widgets}/away"),
            await bob.SendAsync("PUT", $"{Widgets}/away", "not json"),
            await bob.SendAsync("POST", Widgets, """{"kind":"Wrong"}"""),
            await bob.SendAsync("POST", Widgets, new string('x', 4 << 20)),
            await bob.GetAsync($"{Widgets}?limit=many"),
            await bob.GetAsync($"{Widgets}?watch=maybe"),
            await bob.SendAsync("BREW", Widgets),
        };
        Assert.All(answers, answer => Assert.Equal(403, answer.Status));
    }

    [Theory]
    [InlineData("get", "GET", "/one")]
    [InlineData("get", "GET", "/one?watch=true")]
    [InlineData("list", "GET", "")]
    [InlineData("list", "GET", "?watch=false")]
    [InlineData("list", "GET", "?watch=FALSE&watch=true")]
    [InlineData("watch", "GET", "?watch=true")]
    [InlineData("watch", "GET", "?watch=1")]
    [InlineData("watch", "GET", "?watch=true&watch=false")]
    [InlineData("create", "POST", "")]
    [InlineData("update", "PUT", "/one")]
    [InlineData("patch", "PATCH", "/one")]
    [InlineData("delete", "DELETE", "/one")]
    [InlineData("deletecollection", "DELETE", "?labelSelector=a%3Db")]
    public async Task Each_request_needs_its_own_verb_and_no_other(string verb, string method, string path)
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        _ = await cluster.CreateWidgetAsync("one");
        string[] others = [.. new[] { "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection" }.Where(v => v != verb)];
        await cluster.ClusterRoleAsync("with", WidgetRules.Replace("VERB", verb, StringComparison.Ordinal));
        await cluster.ClusterRoleAsync("without", WidgetRules.Replace("VERB", string.Join("\",\"", others), StringComparison.Ordinal));
        await cluster.BindAsync("with", AccessObjects.User("with"), "default");
        await cluster.BindAsync("without", AccessObjects.User("without"), "default");
        var body = method switch
        {
            "PATCH" => """{"spec":{"color":"blue"}}""",
            "PUT" => (await cluster.GetAsync($"{Widgets}/one")).Text,
            "POST" => Samples.Widget("two").ToJsonString(),
            _ => null,
        };
        var mediaType = method == "PATCH" ? "application/merge-patch+json" : "application/json";

        using var without = TestCaller.As(cluster, "without");
        var refused = await without.SendAsync(method, $"{Widgets}{path}", body, mediaType);
        Assert.Equal(403, refused.Status);
        Assert.Contains($"cannot {verb} resource \"widgets\"", refused.At("message"), StringComparison.Ordinal);

        using var with = TestCaller.As(cluster, "with");
        Assert.InRange((await with.SendAsync(method, $"{Widgets}{path}", body, mediaType)).Status, 200, 201);
    }

    [Theory]
    [InlineData("?fieldSelector=metadata.name%3Done", 200)]
    [InlineData("?fieldSelector=metadata.name%3D%3Done,spec.color%3Dred", 200)]
    [InlineData("?watch=true&fieldSelector=metadata.name%3Done", 200)]
    [InlineData("?fieldSelector=metadata.name%3Dtwo", 403)]
    [InlineData("?fieldSelector=metadata.name!%3Done", 403)]
    [InlineData("?fieldSelector=spec.color%3Done", 403)]
    [InlineData("?fieldSelector=spec.color%3Dred&fieldSelector=metadata.name%3Done", 403)]
    [InlineData("?fieldSelector=&fieldSelector=metadata.name%3Done", 403)]
    [InlineData("", 403)]
    public async Task A_list_of_one_name_is_about_that_object(string query, int status)
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        await cluster.ClusterRoleAsync("one", """[{"apiGroups":["demo.example.com"],"resources":["widgets"],"resourceNames":["one"],"verbs":["list","watch"]}]""");
        await cluster.BindAsync("one", AccessObjects.User("bob"));
        using var bob = TestCaller.As(cluster, "bob");
        Assert.Equal(status, (await bob.GetAsync($"{Widgets}{query}")).Status);
    }

    [Fact]
    public async Task A_binding_in_a_namespace_holds_there_only_and_one_of_the_cluster_everywhere()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        await cluster.ClusterRoleAsync("reader", WidgetRules.Replace("VERB", "list", StringComparison.Ordinal));
        await cluster.BindAsync("reader", AccessObjects.User("local"), "default");
        await cluster.BindAsync("reader", AccessObjects.Group("everywhere"));
        using var local = TestCaller.As(cluster, "local");
        using var global = TestCaller.As(cluster, "anybody", "everywhere");
        Assert.Equal(200, (await local.GetAsync(Widgets)).Status);
        Assert.Equal(403, (await local.GetAsync("/apis/demo.example.com/v1/namespaces/kube-system/widgets")).Status);
        Assert.Equal(403, (await local.GetAsync("/apis/demo.example.com/v1/widgets")).Status);
        Assert.Equal(200, (await global.GetAsync("/apis/demo.example.com/v1/widgets")).Status);
    }

    [Fact]
    public async Task A_role_of_a_namespace_can_be_about_the_namespace_itself()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.MustPostAsync(
            $"{AccessObjects.Rbac}/namespaces/default/roles",
            """{"metadata":{"name":"self"},"rules":[{"apiGroups":[""],"resources":["namespaces"],"verbs":["get"]}]}""");
        await cluster.BindAsync("self", AccessObjects.User("bob"), "default", kind: "Role");
        using var bob = TestCaller.As(cluster, "bob");
        Assert.Equal(200, (await bob.GetAsync("/api/v1/namespaces/default")).Status);
        Assert.Equal(403, (await bob.GetAsync("/api/v1/namespaces/kube-system")).Status);
    }

    [Fact]
    public async Task A_service_account_in_a_binding_is_the_one_of_its_namespace()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        await cluster.ClusterRoleAsync("reader", WidgetRules.Replace("VERB", "list", StringComparison.Ordinal));
        await cluster.BindAsync("reader", """{"kind":"ServiceAccount","name":"default","namespace":"kube-system"}""");
        await cluster.BindAsync("reader", """{"kind":"Group","name":"system:serviceaccounts:default"}""", "kube-system");
        using var bound = await TestCaller.ServiceAccountAsync(cluster, "kube-system", "default");
        using var grouped = await TestCaller.ServiceAccountAsync(cluster, "default", "default");
        Assert.Equal(200, (await bound.GetAsync(Widgets)).Status);
        Assert.Equal(403, (await grouped.GetAsync(Widgets)).Status);
        Assert.Equal(200, (await grouped.GetAsync("/apis/demo.example.com/v1/namespaces/kube-system/widgets")).Status);
    }

    [Fact]
    public async Task A_right_comes_and_goes_with_its_role_and_its_binding()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        const string Role = $"{AccessObjects.Rbac}/clusterroles/reader";
        using var bob = TestCaller.As(cluster, "bob");
        await cluster.BindAsync("reader", AccessObjects.User("bob"));
        Assert.EndsWith("""RBAC: clusterrole.rbac.authorization.k8s.io "reader" not found""", (await bob.GetAsync(Widgets)).At("message"), StringComparison.Ordinal);
        await cluster.ClusterRoleAsync("reader", WidgetRules.Replace("VERB", "list", StringComparison.Ordinal));
        Assert.Equal(200, (await bob.GetAsync(Widgets)).Status);
        _ = await cluster.PatchAsync(Role, """{"rules":[]}""");
        Assert.Equal(403, (await bob.GetAsync(Widgets)).Status);
        _ = await cluster.PatchAsync(Role, """{"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]}""");
        Assert.Equal(200, (await bob.GetAsync(Widgets)).Status);
        _ = await cluster.DeleteAsync($"{AccessObjects.Rbac}/clusterrolebindings");
        Assert.Equal(403, (await bob.GetAsync(Widgets)).Status);
    }

    [Fact]
    public async Task Everybody_with_a_token_may_discover_and_ask_about_themselves_and_nothing_else()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        using var bob = TestCaller.As(cluster, "bob");
        foreach (var path in new[] { "/api", "/apis", "/api/v1", "/apis/demo.example.com", "/apis/demo.example.com/v1", "/openapi/v3", "/version" })
        {
            Assert.Equal(200, (await bob.GetAsync(path)).Status);
        }

        Assert.Equal(403, (await bob.GetAsync("/")).Status);
        Assert.Equal(403, (await bob.GetAsync("/api/v1/namespaces")).Status);
        Assert.Equal(403, (await bob.PostAsync("/apis/authorization.k8s.io/v1/subjectaccessreviews", new JsonObject())).Status);
    }

    [Fact]
    public async Task An_update_or_apply_that_creates_needs_the_verb_create_as_well()
    {
        await using var cluster = await TestCluster.StartAsync();
        const string Leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
        const string Lease = """{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"l"},"spec":{"holderIdentity":"me"}}""";
        await cluster.ClusterRoleAsync("changer", """[{"apiGroups":["coordination.k8s.io"],"resources":["leases"],"verbs":["update","patch"]}]""");
        await cluster.ClusterRoleAsync("creator", """[{"apiGroups":["coordination.k8s.io"],"resources":["leases"],"verbs":["create"]}]""");
        await cluster.BindAsync("changer", AccessObjects.User("bob"));
        using var bob = TestCaller.As(cluster, "bob");
        var refused = await bob.SendAsync("PUT", $"{Leases}/l", Lease);
        Assert.Equal(
            (403, """leases.coordination.k8s.io "l" is forbidden: User "bob" cannot create resource "leases" in API group "coordination.k8s.io" in the namespace "default" """.TrimEnd()),
            (refused.Status, refused.At("message")));
        Assert.Equal(403, (await ApplyAsync("l")).Status);
        Assert.Equal(404, (await cluster.GetAsync($"{Leases}/l")).Status);

        await cluster.BindAsync("creator", AccessObjects.User("bob"), "default");
        Assert.Equal(201, (await bob.SendAsync("PUT", $"{Leases}/l", Lease)).Status);
        Assert.Equal(201, (await ApplyAsync("m")).Status);

        Task<Answer> ApplyAsync(string name) => bob.SendAsync(
            "PATCH",
            $"{Leases}/{name}?fieldManager=t&force=true",
            Lease.Replace("\"l\"", $"\"{name}\"", StringComparison.Ordinal),
            "application/apply-patch+yaml");
    }

    [Fact]
    public async Task Nobody_but_a_master_gets_past_the_roles_and_a_master_needs_none()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        _ = await cluster.DeleteAsync($"{AccessObjects.Rbac}/clusterrolebindings");
        _ = await cluster.DeleteAsync($"{AccessObjects.Rbac}/clusterroles");
        Assert.Equal(200, (await cluster.GetAsync(Widgets)).Status);
        using var bob = TestCaller.As(cluster, "bob");
        Assert.Equal(403, (await bob.GetAsync("/api")).Status);
    }

    [Fact]
    public async Task Roles_join_edit_view_and_admin_by_their_labels_and_leave_them_when_deleted()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        await cluster.ClusterRoleAsync("see", WidgetRules.Replace("VERB", "list", StringComparison.Ordinal), """{"rbac.authorization.k8s.io/aggregate-to-view":"true"}""");
        await cluster.ClusterRoleAsync("make", WidgetRules.Replace("VERB", "create", StringComparison.Ordinal), """{"rbac.authorization.k8s.io/aggregate-to-edit":"true"}""");
        foreach (var role in new[] { "view", "edit", "admin" })
        {
            await cluster.BindAsync(role, AccessObjects.User(role), "default");
        }

        Assert.Equal((true, false), await RightsAsync("view"));
        Assert.Equal((true, true), await RightsAsync("edit"));
        Assert.Equal((true, true), await RightsAsync("admin"));
        Assert.Contains("widgets", (await cluster.GetAsync($"{AccessObjects.Rbac}/clusterroles/admin")).At("rules"), StringComparison.Ordinal);

        _ = await cluster.DeleteAsync($"{AccessObjects.Rbac}/clusterroles/make");
        Assert.Equal((true, false), await RightsAsync("admin"));
        _ = await cluster.PatchAsync($"{AccessObjects.Rbac}/clusterroles/see", """{"metadata":{"labels":null}}""");
        Assert.Equal((false, false), await RightsAsync("admin"));

        async Task<(bool, bool)> RightsAsync(string user)
        {
            using var caller = TestCaller.As(cluster, user);
            return (
                await caller.MayAsync("list", "demo.example.com", "widgets", @namespace: "default"),
                await caller.MayAsync("create", "demo.example.com", "widgets", @namespace: "default"));
        }
    }

    [Fact]
    public async Task Roles_that_aggregate_each_other_come_to_an_end()
    {
        await using var cluster = await TestCluster.StartAsync();
        foreach (var (name, other) in new[] { ("a", "b"), ("b", "c"), ("c", "a") })
        {
            await cluster.MustPostAsync($"{AccessObjects.Rbac}/clusterroles", $$$"""
                {"metadata":{"name":"{{{name}}}","labels":{"{{{name}}}":"x"}},
                 "aggregationRule":{"clusterRoleSelectors":[{"matchExpressions":[{"key":"{{{other}}}","operator":"Exists"},{"key":"no","operator":"NotIn","values":["x"]}]}]}}
                """);
        }

        await cluster.ClusterRoleAsync("base", """[{"apiGroups":[""],"resources":["x"],"verbs":["get"]}]""", """{"a":"y"}""");
        foreach (var name in new[] { "a", "b", "c" })
        {
            Assert.Single((await cluster.GetAsync($"{AccessObjects.Rbac}/clusterroles/{name}")).Json["rules"]!.AsArray());
        }
    }

    [Theory]
    [InlineData("clusterroles", """{"metadata":{"name":"r"},"rules":[{"apiGroups":[""],"resources":["x"],"verbs":[]}]}""", "rules[0].verbs")]
    [InlineData("clusterroles", """{"metadata":{"name":"r"},"rules":[{"resources":["x"],"verbs":["get"]}]}""", "rules[0].apiGroups")]
    [InlineData("clusterroles", """{"metadata":{"name":"r"},"rules":[{"apiGroups":[""],"verbs":["get"]}]}""", "rules[0].resources")]
    [InlineData("clusterroles", """{"metadata":{"name":"r"},"rules":[{"apiGroups":[""],"resources":["x"],"nonResourceURLs":["/"],"verbs":["get"]}]}""", "rules[0].nonResourceURLs")]
    [InlineData("namespaces/default/roles", """{"metadata":{"name":"r"},"rules":[{"nonResourceURLs":["/"],"verbs":["get"]}]}""", "rules[0].nonResourceURLs")]
    [InlineData("clusterroles", """{"metadata":{"name":"r"},"aggregationRule":{}}""", "aggregationRule.clusterRoleSelectors")]
    [InlineData("clusterroles", """{"metadata":{"name":"r"},"aggregationRule":{"clusterRoleSelectors":[{"matchExpressions":[{"key":"a","operator":"Near"}]}]}}""", "aggregationRule.clusterRoleSelectors[0].matchExpressions[0].operator")]
    [InlineData("clusterrolebindings", """{"metadata":{"name":"b"},"roleRef":{"kind":"Role","name":"r","apiGroup":"rbac.authorization.k8s.io"}}""", "roleRef.kind")]
    [InlineData("clusterrolebindings", """{"metadata":{"name":"b"},"roleRef":{"kind":"ClusterRole","name":"r","apiGroup":"rbac"}}""", "roleRef.apiGroup")]
    [InlineData("clusterrolebindings", """{"metadata":{"name":"b"},"roleRef":{"kind":"ClusterRole","name":"r","apiGroup":"rbac.authorization.k8s.io"},"subjects":[{"kind":"ServiceAccount","name":"x"}]}""", "subjects[0].namespace")]
    [InlineData("namespaces/default/rolebindings", """{"metadata":{"name":"b"},"roleRef":{"kind":"Role","name":"r","apiGroup":"rbac.authorization.k8s.io"},"subjects":[{"kind":"Robot","name":"x"}]}""", "subjects[0].kind")]
    public async Task Roles_and_bindings_that_mean_nothing_are_refused(string path, string body, string field)
    {
        await using var cluster = await TestCluster.StartAsync();
        var refused = await cluster.PostAsync($"{AccessObjects.Rbac}/{path}", JsonNode.Parse(body)!);
        Assert.Equal(422, refused.Status);
        Assert.Equal([field], refused.Fields);
    }
}
