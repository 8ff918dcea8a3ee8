using System.Net;
using GovernedFinetune.Sandbox.Hosting;

namespace GovernedFinetune.Sandbox.Tests.Kubernetes;

public sealed class AccessTests
{
    [Fact]
    public async Task A_request_without_a_token_or_with_a_wrong_one_is_401_with_a_Status()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var client = cluster.NewClient();
        foreach (var token in new[] { null, "wrong" })
        {
            client.DefaultRequestHeaders.Authorization = token is null ? null : new("Bearer", token);
            using var response = await client.GetAsync(new Uri("/api/v1/namespaces", UriKind.Relative));
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Contains("\"reason\":\"Unauthorized\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    [InlineData("/livez")]
    [InlineData("/version")]
    public async Task Health_and_version_need_no_token(string path)
    {
        await using var cluster = await TestCluster.StartAsync();
        using var client = cluster.NewClient();
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Both_versions_of_HTTP_work_over_TLS()
    {
        await using var cluster = await TestCluster.StartAsync();
        foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/namespaces") { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            using var response = await cluster.Client.SendAsync(request);
            Assert.Equal(version, response.Version);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task The_kubeconfig_names_the_server_and_is_for_its_owner_only()
    {
        await using var cluster = await TestCluster.StartAsync();
        var text = await File.ReadAllTextAsync(cluster.Api.KubeconfigPath);
        Assert.Contains($"server: https://127.0.0.1:{cluster.Api.BaseAddress.Port}", text, StringComparison.Ordinal);
        Assert.Contains($"token: {cluster.Api.Token}", text, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(cluster.Api.KubeconfigPath));
        }
    }

    [Fact]
    public async Task The_log_says_who_did_what_to_which_object()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        _ = await cluster.CreateWidgetAsync("one");
        _ = await cluster.PatchAsync($"{TestCluster.Widgets}/one/status", """{"status":{"phase":"Up"}}""");
        using var watch = await cluster.WatchAsync($"{TestCluster.Widgets}?watch=true");
        _ = await cluster.GetAsync($"{TestCluster.Widgets}/none");

        var lines = cluster.Context.Requests.Snapshot().Where(r => r.Path.Contains("widgets", StringComparison.Ordinal)).Select(Line).ToList();
        Assert.Equal(
            ["create widgets admin default/one 201", "patch widgets/status admin default/one 200", "watch widgets admin default 200", "get widgets admin default/none 404 NotFound"],
            lines);

        static string Line(RequestRecord r) => $"{r.Operation} {r.Principal} {r.Resource} {r.Status} {r.Error}".TrimEnd();
    }

    [Fact]
    public async Task An_injected_fault_is_a_Status_that_clients_can_read()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster.Context.Faults.Add(new FaultRule { Service = "kubernetes", Match = "^GET /api/v1/secrets", Status = 410, Code = "Expired", Times = 1 });
        var first = await cluster.GetAsync("/api/v1/secrets");
        Assert.Equal((410, "Expired", "Status"), (first.Status, first.At("reason"), first.At("kind")));
        Assert.Equal(200, (await cluster.GetAsync("/api/v1/secrets")).Status);
    }
}
