using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Tests.Kubernetes;

public sealed class AccessReviewTests
{
    private const string Reviews = "/apis/authorization.k8s.io/v1";

    [Fact]
    public async Task Asking_about_oneself_is_answered_with_the_binding_that_allows_it()
    {
        await using var cluster = await WithReaderAsync();
        using var bob = TestCaller.As(cluster, "bob");
        var answer = await SelfAsync(bob, """{"resourceAttributes":{"verb":"get","resource":"configmaps","namespace":"default"}}""");
        Assert.Equal((201, "true"), (answer.Status, answer.At("status.allowed")));
        Assert.Equal("""RBAC: allowed by RoleBinding "reader/default" of ClusterRole "reader" to User "bob" """.TrimEnd(), answer.At("status.reason"));
        Assert.Equal("false", (await SelfAsync(bob, """{"resourceAttributes":{"verb":"get","resource":"configmaps","namespace":"kube-system"}}""")).At("status.allowed"));
        Assert.Equal("false", (await SelfAsync(bob, """{"resourceAttributes":{"verb":"get","resource":"configmaps"}}""")).At("status.allowed"));
        Assert.Equal("true", (await SelfAsync(bob, """{"nonResourceAttributes":{"verb":"get","path":"/apis/x"}}""")).At("status.allowed"));
        Assert.Equal("false", (await SelfAsync(bob, """{"nonResourceAttributes":{"verb":"get","path":"/logs"}}""")).At("status.allowed"));
        Assert.Equal("true", (await cluster.PostAsync($"{Reviews}/selfsubjectaccessreviews", JsonNode.Parse("""{"spec":{"resourceAttributes":{"verb":"*","group":"*","resource":"*"}}}""")!)).At("status.allowed"));
    }

    [Fact]
    public async Task Asking_about_others_is_for_those_who_may()
    {
        await using var cluster = await WithReaderAsync();
        var about = JsonNode.Parse("""{"spec":{"user":"bob","resourceAttributes":{"verb":"get","resource":"configmaps","namespace":"default"}}}""")!;
        Assert.Equal("true", (await cluster.PostAsync($"{Reviews}/subjectaccessreviews", about)).At("status.allowed"));
        Assert.Equal("true", (await cluster.PostAsync($"{Reviews}/namespaces/default/localsubjectaccessreviews", about)).At("status.allowed"));
        Assert.Equal(400, (await cluster.PostAsync($"{Reviews}/namespaces/kube-system/localsubjectaccessreviews", about)).Status);

        var group = JsonNode.Parse("""{"spec":{"groups":["system:masters"],"resourceAttributes":{"verb":"get","resource":"secrets"}}}""")!;
        Assert.Equal("true", (await cluster.PostAsync($"{Reviews}/subjectaccessreviews", group)).At("status.allowed"));

        using var bob = TestCaller.As(cluster, "bob");
        Assert.Equal(403, (await bob.PostAsync($"{Reviews}/subjectaccessreviews", about)).Status);
        Assert.Equal(403, (await bob.PostAsync($"{Reviews}/namespaces/default/localsubjectaccessreviews", about)).Status);
    }

    [Theory]
    [InlineData("subjectaccessreviews", """{"resourceAttributes":{"verb":"get"}}""", 422, "spec.user")]
    [InlineData("subjectaccessreviews", """{"user":"bob"}""", 422, "spec.resourceAttributes")]
    [InlineData("selfsubjectaccessreviews", """{}""", 422, "spec.resourceAttributes")]
    [InlineData("selfsubjectaccessreviews", """{"resourceAttributes":{},"nonResourceAttributes":{}}""", 422, "spec.nonResourceAttributes")]
    [InlineData("selfsubjectaccessreviews", """{"resourceAttributes":"get"}""", 400, null)]
    [InlineData("selfsubjectrulesreviews", """{}""", 400, null)]
    public async Task A_question_that_is_none_is_refused(string resource, string spec, int status, string? field)
    {
        await using var cluster = await TestCluster.StartAsync();
        var refused = await cluster.PostAsync($"{Reviews}/{resource}", new JsonObject { ["spec"] = JsonNode.Parse(spec) });
        Assert.Equal(status, refused.Status);
        Assert.Equal(field is null ? [] : [field], refused.Fields);
    }

    [Fact]
    public async Task All_rules_of_a_namespace_can_be_listed()
    {
        await using var cluster = await WithReaderAsync();
        using var bob = TestCaller.As(cluster, "bob");
        var answer = await bob.PostAsync($"{Reviews}/selfsubjectrulesreviews", JsonNode.Parse("""{"spec":{"namespace":"default"}}""")!);
        Assert.Contains("""{"verbs":["get"],"apiGroups":[""],"resources":["configmaps"]}""", answer.At("status.resourceRules"), StringComparison.Ordinal);
        Assert.Contains("/openapi/*", answer.At("status.nonResourceRules"), StringComparison.Ordinal);
        Assert.Equal("false", answer.At("status.incomplete"));
        var elsewhere = await bob.PostAsync($"{Reviews}/selfsubjectrulesreviews", JsonNode.Parse("""{"spec":{"namespace":"kube-system"}}""")!);
        Assert.DoesNotContain("configmaps", elsewhere.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Questions_are_not_kept()
    {
        await using var cluster = await TestCluster.StartAsync();
        foreach (var path in new[] { $"{Reviews}/selfsubjectaccessreviews", $"{Reviews}/namespaces/default/localsubjectaccessreviews", "/apis/authentication.k8s.io/v1/selfsubjectreviews" })
        {
            Assert.Equal(405, (await cluster.GetAsync(path)).Status);
            Assert.Equal(405, (await cluster.DeleteAsync($"{path}/x")).Status);
        }
    }

    [Fact]
    public async Task Discovery_lists_questions_and_tokens_with_the_one_verb_that_they_have()
    {
        await using var cluster = await TestCluster.StartAsync();
        var plain = (await cluster.GetAsync("/apis/authorization.k8s.io/v1")).Json["resources"]!.AsArray();
        Assert.Equal(4, plain.Count);
        Assert.All(plain, r => Assert.Equal("""["create"]""", r!["verbs"]!.ToJsonString()));
        var token = (await cluster.GetAsync("/api/v1")).Json["resources"]!.AsArray().Single(r => r!["name"]!.ToString() == "serviceaccounts/token")!;
        Assert.Equal(("authentication.k8s.io", "TokenRequest"), (token["group"]!.ToString(), token["kind"]!.ToString()));
        var aggregated = await cluster.GetAsync("/api", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
        var accounts = aggregated.Json["items"]![0]!["versions"]![0]!["resources"]!.AsArray().Single(r => r!["resource"]!.ToString() == "serviceaccounts")!;
        Assert.Equal("TokenRequest", accounts["subresources"]![0]!["responseKind"]!["kind"]!.ToString());
    }

    private static Task<Answer> SelfAsync(TestCaller caller, string spec) =>
        caller.PostAsync($"{Reviews}/selfsubjectaccessreviews", JsonNode.Parse($$"""{"spec":{{spec}}}""")!);

    private static async Task<TestCluster> WithReaderAsync()
    {
        var cluster = await TestCluster.StartAsync();
        await cluster.ClusterRoleAsync("reader", """[{"apiGroups":[""],"resources":["configmaps"],"verbs":["get"]}]""");
        await cluster.MustPostAsync($"{AccessObjects.Rbac}/namespaces/default/rolebindings", """
            {"metadata":{"name":"reader"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"reader"},"subjects":[{"kind":"User","name":"bob"}]}
            """);
        return cluster;
    }
}
