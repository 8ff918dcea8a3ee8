using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Tests.Kubernetes;

/// <summary>Somebody who talks to a test's API server: a token, and perhaps headers by which they act as somebody else.</summary>
internal sealed class TestCaller(TestCluster cluster, string? token, params (string Name, string Value)[] headers) : IDisposable
{
    private readonly HttpClient _client = cluster.NewClient();

    /// <summary>The administrator in the part of a user, as with <c>kubectl --as USER --as-group GROUP</c>.</summary>
    public static TestCaller As(TestCluster cluster, string user, params string[] groups) =>
        new(cluster, cluster.Api.Token, [("Impersonate-User", user), .. groups.Select(g => ("Impersonate-Group", g))]);

    /// <summary>A service account with a token of its own, as with <c>kubectl create token</c>.</summary>
    public static async Task<TestCaller> ServiceAccountAsync(TestCluster cluster, string @namespace, string name) =>
        new(cluster, (await cluster.TokenAsync(@namespace, name)).At("status.token"));

    public Task<Answer> GetAsync(string path) => SendAsync("GET", path);

    public Task<Answer> PostAsync(string path, JsonNode body) => SendAsync("POST", path, body.ToJsonString());

    public async Task<Answer> SendAsync(string method, string path, string? body = null, string mediaType = "application/json")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Version = HttpVersion.Version20 };
        if (token is not null)
        {
            request.Headers.Authorization = new("Bearer", token);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        }

        // Only the beginning of a watch is waited for.
        var watch = path.Contains("?watch=true", StringComparison.Ordinal) || path.Contains("?watch=1", StringComparison.Ordinal);
        using var response = await _client.SendAsync(request, watch ? HttpCompletionOption.ResponseHeadersRead : HttpCompletionOption.ResponseContentRead);
        var text = watch && response.IsSuccessStatusCode ? "" : await response.Content.ReadAsStringAsync();
        return new Answer((int)response.StatusCode, text, response.Content.Headers.ContentType?.ToString() ?? "", []);
    }

    /// <summary>Whether the caller may do it, by asking as <c>kubectl auth can-i</c> does.</summary>
    public async Task<bool> MayAsync(string verb, string group, string resource, string subresource = "", string @namespace = "", string name = "")
    {
        var answer = await PostAsync("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1",
            ["kind"] = "SelfSubjectAccessReview",
            ["spec"] = new JsonObject
            {
                ["resourceAttributes"] = new JsonObject
                {
                    ["verb"] = verb,
                    ["group"] = group,
                    ["resource"] = resource,
                    ["subresource"] = subresource,
                    ["namespace"] = @namespace,
                    ["name"] = name,
                },
            },
        });
        Assert.True(answer.Status == 201, answer.Text);
        return answer.Json["status"]!["allowed"]!.GetValue<bool>();
    }

    public void Dispose() => _client.Dispose();
}

/// <summary>What the tests of access make in a cluster.</summary>
internal static class AccessObjects
{
    public const string Rbac = "/apis/rbac.authorization.k8s.io/v1";

    /// <summary>Asks for a token of a service account.</summary>
    public static Task<Answer> TokenAsync(this TestCluster cluster, string @namespace, string name, string spec = "{}") => cluster.PostAsync(
        $"/api/v1/namespaces/{@namespace}/serviceaccounts/{name}/token",
        JsonNode.Parse($$"""{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{{spec}}}""")!);

    /// <summary>Makes a ClusterRole out of rules in JSON.</summary>
    public static Task ClusterRoleAsync(this TestCluster cluster, string name, string rules, string labels = "{}") => cluster.MustPostAsync(
        $"{Rbac}/clusterroles",
        $$"""{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"{{name}}","labels":{{labels}}},"rules":{{rules}}}""");

    /// <summary>Binds a ClusterRole everywhere, or a role in a namespace, to a subject in JSON.</summary>
    public static Task BindAsync(this TestCluster cluster, string role, string subject, string @namespace = "", string kind = "ClusterRole") => cluster.MustPostAsync(
        @namespace.Length == 0 ? $"{Rbac}/clusterrolebindings" : $"{Rbac}/namespaces/{@namespace}/rolebindings",
        $$"""
        {"metadata":{"generateName":"binding-"},
         "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"{{kind}}","name":"{{role}}"},"subjects":[{{subject}}]}
        """);

    public static async Task MustPostAsync(this TestCluster cluster, string path, string body)
    {
        var made = await cluster.PostAsync(path, JsonNode.Parse(body)!);
        Assert.True(made.Status == 201, made.Text);
    }

    public static string User(string name) => $$"""{"kind":"User","name":"{{name}}"}""";

    public static string Group(string name) => $$"""{"kind":"Group","name":"{{name}}"}""";

    public static string ServiceAccount(string @namespace, string name) => $$"""{"kind":"ServiceAccount","name":"{{name}}","namespace":"{{@namespace}}"}""";
}
