namespace GovernedFinetune.Sandbox.Tests.Kubernetes;

/// <summary>Bodies and headers that nobody sends in good faith get an error that says so, never a 500.</summary>
public sealed class HostileAccessTests
{
    private static readonly string[] Questions =
    [
        "null", "[]", "\"x\"", "{}", "", "{", """{"spec":null}""", """{"spec":[]}""", """{"spec":"x"}""", """{"metadata":[]}""", """{"metadata":null,"status":5}""",
        """{"apiVersion":"v1","kind":"Secret"}""", """{"spec":{"resourceAttributes":null}}""", """{"spec":{"resourceAttributes":{"verb":{}}}}""",
        """{"spec":{"user":"u","groups":[null],"resourceAttributes":{"verb":"get"}}}""", """{"spec":{"user":"u","groups":"g","resourceAttributes":{}}}""",
        """{"spec":{"user":"u","extra":{"a":"b"},"nonResourceAttributes":{"path":null}}}""", """{"spec":{"namespace":{}}}""",
        """{"spec":{"audiences":[null]}}""", """{"spec":{"audiences":[1]}}""", """{"spec":{"audiences":{}}}""", """{"spec":{"expirationSeconds":1e99}}""",
        """{"spec":{"expirationSeconds":600.5}}""", """{"spec":{"expirationSeconds":-9223372036854775808}}""", """{"spec":{"boundObjectRef":null,"expirationSeconds":null}}""",
        """{"spec":{"nonResourceAttributes":{"path":"","verb":""}}}""",
    ];

    private static readonly string[] Rights =
    [
        "null", """{"rules":null}""", """{"rules":[null]}""", """{"rules":["x"]}""", """{"rules":[{}]}""", """{"rules":[{"verbs":null}]}""", """{"rules":[{"verbs":[null],"apiGroups":[null],"resources":[null]}]}""",
        """{"rules":[{"verbs":[1]}]}""", """{"aggregationRule":null}""", """{"aggregationRule":[]}""", """{"aggregationRule":{"clusterRoleSelectors":[null]}}""",
        """{"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"a":1}}]}}""", """{"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"a":null}}]}}""",
        """{"aggregationRule":{"clusterRoleSelectors":[{"matchExpressions":[null]}]}}""", """{"aggregationRule":{"clusterRoleSelectors":[{"matchExpressions":[{"operator":3}]}]}}""",
        """{"aggregationRule":{"clusterRoleSelectors":[{"matchExpressions":[{"key":"a","operator":"In","values":[null]}]}]}}""",
        """{"roleRef":null}""", """{"roleRef":{}}""", """{"roleRef":"x"}""", """{"roleRef":{"kind":"ClusterRole","name":"view"},"subjects":[null]}""",
        """{"roleRef":{"kind":"ClusterRole","name":"view"},"subjects":["x"]}""", """{"roleRef":{"kind":"ClusterRole","name":"view"},"subjects":[{}]}""",
        """{"roleRef":{"kind":"ClusterRole","name":"view"},"subjects":[{"kind":"User","name":null}]}""", """{"roleRef":{"kind":null,"name":[]}}""",
    ];

    [Fact]
    public async Task Questions_and_token_requests()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var root = await RootAsync(cluster);
        string[] paths =
        [
            "/api/v1/namespaces/default/serviceaccounts/default/token",
            "/apis/authentication.k8s.io/v1/selfsubjectreviews",
            "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
            "/apis/authorization.k8s.io/v1/subjectaccessreviews",
            "/apis/authorization.k8s.io/v1/namespaces/default/localsubjectaccessreviews",
        ];
        foreach (var path in paths)
        {
            foreach (var body in Questions)
            {
                foreach (var mediaType in new[] { "application/json", "application/yaml", "application/vnd.kubernetes.protobuf" })
                {
                    var answer = await root.SendAsync("POST", path, body, mediaType);
                    Assert.True(answer.Status is 201 or 400 or 422, $"{path} {body} as {mediaType}: {answer.Status} {answer.Text}");
                }
            }
        }
    }

    [Fact]
    public async Task Roles_and_bindings_and_every_request_after_them()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var root = await RootAsync(cluster);
        foreach (var path in new[] { "clusterroles", "namespaces/default/roles", "clusterrolebindings", "namespaces/default/rolebindings" })
        {
            foreach (var body in Rights)
            {
                var named = body.Length > 4 ? $$"""{"metadata":{"generateName":"x-"},{{body[1..]}}""" : body;
                foreach (var answer in new[]
                {
                    await root.SendAsync("POST", $"{AccessObjects.Rbac}/{path}", named),
                    await root.SendAsync("PATCH", $"{AccessObjects.Rbac}/{path}/y?fieldManager=t&force=true", body, "application/apply-patch+yaml"),
                })
                {
                    Assert.True(answer.Status is 200 or 201 or 400 or 422, $"{path} {named}: {answer.Status} {answer.Text}");
                }

                Assert.Equal(200, (await root.GetAsync("/api/v1/namespaces")).Status);
            }
        }
    }

    [Theory]
    [InlineData("system:serviceaccount:")]
    [InlineData("system:serviceaccount:a")]
    [InlineData("system:serviceaccount:a:b:c")]
    [InlineData("system:serviceaccount::b")]
    [InlineData("../../admin")]
    [InlineData("system:masters")]
    [InlineData("\"quoted\"")]
    public async Task Names_of_users_are_only_names(string name)
    {
        await using var cluster = await TestCluster.StartAsync();
        using var caller = TestCaller.As(cluster, name);
        var refused = await caller.GetAsync("/api/v1/secrets");
        Assert.Equal(403, refused.Status);
        Assert.Contains("cannot list resource", refused.At("message"), StringComparison.Ordinal);
    }

    /// <summary>Somebody who may do everything by a role, so that every check is made that a master is spared.</summary>
    private static async Task<TestCaller> RootAsync(TestCluster cluster)
    {
        await cluster.BindAsync("cluster-admin", AccessObjects.User("root"));
        return TestCaller.As(cluster, "root");
    }
}
