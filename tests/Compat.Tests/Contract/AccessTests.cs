using System.Text.Json.Nodes;
using GovernedFinetune.Compat.Tests.Contract.Support;
using k8s;
using k8s.Authentication;

namespace GovernedFinetune.Compat.Tests.Contract;

/// <summary>The ways in: a service account's token in a kubeconfig, from a plugin, and from a file as inside a pod.</summary>
public sealed class AccessTests(Cluster cluster) : IClassFixture<Cluster>, IAsyncLifetime
{
    private readonly string _state = Directory.CreateTempSubdirectory("contract-access-").FullName;
    private string _account = "";
    private string _token = "";

    /// <summary>A service account that may read the config maps of its namespace and nothing else.</summary>
    public async Task InitializeAsync()
    {
        _account = (await cluster.Client.PostAsync(cluster.Core("serviceaccounts"), JsonNode.Parse("""{"metadata":{"generateName":"reader-"}}""")!)).Expect(201).At("metadata.name")!;
        var rbac = $"/apis/rbac.authorization.k8s.io/v1/namespaces/{cluster.Namespace}";
        (await cluster.Client.PostAsync($"{rbac}/roles", JsonNode.Parse($$"""{"metadata":{"name":"{{_account}}"},"rules":[{"apiGroups":[""],"resources":["configmaps"],"verbs":["get","list"]}]}""")!)).Expect(201);
        (await cluster.Client.PostAsync($"{rbac}/rolebindings", JsonNode.Parse(
            $$$"""
            {"metadata":{"name":"{{{_account}}}"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"{{{_account}}}"},
             "subjects":[{"kind":"ServiceAccount","name":"{{{_account}}}","namespace":"{{{cluster.Namespace}}}"}]}
            """)!)).Expect(201);
        _token = (await cluster.Client.PostAsync(
            $"{cluster.Core("serviceaccounts")}/{_account}/token",
            JsonNode.Parse("""{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"expirationSeconds":600}}""")!)).Expect(201).At("status.token")!;
    }

    public Task DisposeAsync()
    {
        Directory.Delete(_state, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public Task A_kubeconfig_with_a_token() => JudgeAsync(FromKubeconfig($"token: {_token}"));

    [Fact]
    public async Task A_kubeconfig_with_a_plugin_that_gives_a_token()
    {
        var credential = Path.Combine(_state, "credential.json");
        await File.WriteAllTextAsync(credential, $$$"""{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"{{{_token}}}"}}""");
        await JudgeAsync(FromKubeconfig($"exec: {{apiVersion: client.authentication.k8s.io/v1, command: cat, args: [\"{credential}\"], interactiveMode: Never}}"));
    }

    [Fact]
    public async Task A_token_in_a_file_as_a_pod_has_it()
    {
        var file = Path.Combine(_state, "token");
        var configuration = FromKubeconfig("token: replaced");
        configuration.AccessToken = null;
        configuration.TokenProvider = new TokenFileAuth(file);

        // The file is read with the first request, not when the configuration is made.
        await File.WriteAllTextAsync(file, _token + "\n");
        await JudgeAsync(configuration);
    }

    [Fact]
    public async Task A_token_that_nobody_issued_is_refused()
    {
        using var stranger = new RawClient(FromKubeconfig("token: not-a-token"));
        Assert.Equal((401, "Unauthorized"), (await stranger.GetAsync(cluster.Core("configmaps"))).Refusal);
    }

    [Fact]
    public async Task A_server_whose_certificate_another_authority_signed_is_not_trusted()
    {
        var configuration = FromKubeconfig($"token: {_token}");
        configuration.SslCaCerts = null;
        using var stranger = new RawClient(configuration);
        _ = await Assert.ThrowsAsync<HttpRequestException>(() => stranger.GetAsync(cluster.Core("configmaps")));
    }

    /// <summary>The client may do what its role says and is told what it may not do.</summary>
    private async Task JudgeAsync(KubernetesClientConfiguration configuration)
    {
        using var client = new RawClient(configuration);
        _ = await Eventually.GetAsync(() => client.GetAsync(cluster.Core("configmaps")), a => a.Status == 200);
        var refused = await client.GetAsync(cluster.Core("secrets"));
        Assert.Equal((403, "Forbidden"), refused.Refusal);
        Assert.Equal(
            $"secrets is forbidden: User \"system:serviceaccount:{cluster.Namespace}:{_account}\" cannot list resource \"secrets\" in API group \"\" in the namespace \"{cluster.Namespace}\"",
            refused.At("message"));
        Assert.Equal((403, "Forbidden"), (await client.PostAsync(cluster.Core("configmaps"), Samples.ConfigMap("refused"))).Refusal);
    }

    /// <summary>A configuration that a program reads from a file with this user.</summary>
    private KubernetesClientConfiguration FromKubeconfig(string user)
    {
        var admin = cluster.Configuration();
        var authority = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(string.Join('\n', admin.SslCaCerts.Select(c => c.ExportCertificatePem()))));
        var path = Path.Combine(_state, "kubeconfig");
        File.WriteAllText(path, $$"""
            apiVersion: v1
            kind: Config
            clusters:
              - name: c
                cluster: { server: "{{admin.Host}}", certificate-authority-data: "{{authority}}" }
            users:
              - name: u
                user: { {{user}} }
            contexts:
              - name: x
                context: { cluster: c, user: u }
            current-context: x
            """);
        return KubernetesClientConfiguration.BuildConfigFromConfigFile(new FileInfo(path));
    }
}
