using System.Text;
using System.Text.Json.Nodes;
using GovernedFinetune.Compat.Tests.Contract.Support;

namespace GovernedFinetune.Compat.Tests.Contract;

/// <summary>Secrets, config maps, service accounts and namespaces, and what a client finds out about the server.</summary>
public sealed class BuiltinTests(Cluster cluster) : IClassFixture<Cluster>
{
    [Fact]
    public async Task Clear_text_of_a_secret_becomes_data_and_is_not_kept()
    {
        var secrets = cluster.Core("secrets");
        var made = (await cluster.Client.PostAsync(secrets, JsonNode.Parse("""{"metadata":{"name":"clear"},"data":{"a":"b2xk"},"stringData":{"a":"new","b":"other"}}""")!)).Expect(201);
        Assert.Equal(("Opaque", null), (made.At("type"), made.At("stringData")));
        Assert.Equal(("new", "other"), (Text(made, "a"), Text(made, "b")));
        var patched = (await cluster.Client.PatchAsync($"{secrets}/clear", """{"stringData":{"b":"newer"}}""")).Expect(200);
        Assert.Equal(("new", "newer"), (Text(patched, "a"), Text(patched, "b")));

        static string Text(Answer secret, string key) => Encoding.UTF8.GetString(Convert.FromBase64String(secret.At($"data.{key}")!));
    }

    [Fact]
    public async Task The_type_of_a_secret_and_what_is_immutable_cannot_be_changed()
    {
        var secrets = cluster.Core("secrets");
        (await cluster.Client.PostAsync(secrets, JsonNode.Parse("""{"metadata":{"name":"fixed"},"immutable":true,"data":{"a":"b2xk"}}""")!)).Expect(201);
        Assert.Equal((422, "Invalid"), (await cluster.Client.PatchAsync($"{secrets}/fixed", """{"type":"example.com/other"}""")).Refusal);
        Assert.Equal((422, "Invalid"), (await cluster.Client.PatchAsync($"{secrets}/fixed", """{"data":{"a":"bmV3"}}""")).Refusal);
        Assert.Equal((422, "Invalid"), (await cluster.Client.PatchAsync($"{secrets}/fixed", """{"immutable":false}""")).Refusal);
        (await cluster.Client.PatchAsync($"{secrets}/fixed", """{"metadata":{"labels":{"a":"b"}}}""")).Expect(200);

        var maps = cluster.Core("configmaps");
        (await cluster.Client.PostAsync(maps, JsonNode.Parse("""{"metadata":{"name":"fixed"},"immutable":true,"data":{"a":"old"}}""")!)).Expect(201);
        Assert.Equal((422, "Invalid"), (await cluster.Client.PatchAsync($"{maps}/fixed", """{"data":{"a":"new"}}""")).Refusal);
    }

    [Theory]
    [InlineData("secrets", """{"data":{"a":"not base64!"}}""", 400)]
    [InlineData("secrets", """{"data":{"a/b":"b2xk"}}""", 422)]
    [InlineData("secrets", """{"data":{"a":7}}""", 400)]
    [InlineData("configmaps", """{"data":{"a":7}}""", 400)]
    [InlineData("configmaps", """{"data":{"":"x"}}""", 422)]
    [InlineData("configmaps", """{"data":{"..":"x"}}""", 422)]
    [InlineData("configmaps", """{"data":{"a b":"x"}}""", 422)]
    [InlineData("configmaps", """{"data":[]}""", 400)]
    public async Task Contents_that_are_not_a_map_of_keys_are_refused(string plural, string contents, int status)
    {
        var body = JsonNode.Parse(contents)!.AsObject();
        body["metadata"] = new JsonObject { ["name"] = "wrong" };
        Assert.Equal(status, (await cluster.Client.PostAsync(cluster.Core(plural), body)).Status);
    }

    [Fact]
    public async Task A_map_of_more_than_a_mebibyte_is_too_large()
    {
        var map = Samples.ConfigMap("large");
        map["data"]!["a"] = new string('x', (1 << 20) + 1);
        var refused = await cluster.Client.PostAsync(cluster.Core("configmaps"), map);
        Assert.Equal((422, "Invalid"), refused.Refusal);
        Assert.Contains("Too long", refused.At("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_PUT_of_a_config_map_needs_no_version_and_is_checked_when_it_has_one()
    {
        var maps = cluster.Core("configmaps");
        var made = (await cluster.Client.PostAsync(maps, Samples.ConfigMap("put"))).Expect(201);
        var wanted = Samples.ConfigMap("put");
        wanted["data"]!["a"] = "c";
        Assert.Equal("c", (await cluster.Client.PutAsync($"{maps}/put", wanted)).Expect(200).At("data.a"));
        Assert.Equal((409, "Conflict"), (await cluster.Client.PutAsync($"{maps}/put", made.Json)).Refusal);
        Assert.Equal((404, "NotFound"), (await cluster.Client.PutAsync($"{maps}/absent", Samples.ConfigMap("absent"))).Refusal);
    }

    [Fact]
    public async Task Service_accounts_are_kept()
    {
        var accounts = cluster.Core("serviceaccounts");
        (await cluster.Client.PostAsync(accounts, JsonNode.Parse("""{"metadata":{"name":"operator"}}""")!)).Expect(201);
        Assert.Contains("operator", (await cluster.Client.GetAsync(accounts)).Names);
    }

    [Fact]
    public async Task A_namespace_carries_its_name_as_a_label_and_is_active()
    {
        var space = (await cluster.Client.GetAsync($"/api/v1/namespaces/{cluster.Namespace}")).Expect(200);
        Assert.Equal((cluster.Namespace, "Active", "kubernetes"), (space.Json["metadata"]!["labels"]!["kubernetes.io/metadata.name"]!.ToString(), space.At("status.phase"), space.At("spec.finalizers.0")));
        Assert.Equal((422, "Invalid"), (await cluster.Client.PostAsync("/api/v1/namespaces", JsonNode.Parse("""{"metadata":{"name":"a.b"}}""")!)).Refusal);
    }

    [Fact]
    public async Task The_server_says_what_it_is_and_that_it_is_well()
    {
        var version = (await cluster.Client.GetAsync("/version")).Expect(200);
        Assert.Equal("1", version.At("major"));
        Assert.StartsWith("v1.", version.At("gitVersion"), StringComparison.Ordinal);
        foreach (var path in new[] { "/healthz", "/livez", "/readyz" })
        {
            Assert.Equal((200, "ok"), ((await cluster.Client.GetAsync(path, "*/*")).Status, (await cluster.Client.GetAsync(path, "*/*")).Text));
        }
    }

    [Fact]
    public async Task Discovery_lists_groups_and_their_resources()
    {
        var groups = (await cluster.Client.GetAsync("/apis")).Expect(200);
        Assert.Contains("coordination.k8s.io", groups.Json["groups"]!.AsArray().Select(g => g.At("name")));
        var leases = (await cluster.Client.GetAsync("/apis/coordination.k8s.io/v1")).Expect(200);
        var lease = leases.Json["resources"]!.AsArray().Single(r => r.At("name") == "leases");
        Assert.Equal(("APIResourceList", "Lease", "true"), (leases.At("kind"), lease.At("kind"), lease.At("namespaced")));
        Assert.Superset(
            new HashSet<string> { "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch" },
            lease!["verbs"]!.AsArray().Select(v => v!.ToString()).ToHashSet());
        Assert.Equal("v1", (await cluster.Client.GetAsync("/api")).Expect(200).At("versions.0"));
    }

    [Fact]
    public async Task Discovery_comes_in_one_document_too()
    {
        var all = (await cluster.Client.GetAsync("/apis", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json")).Expect(200);
        Assert.Equal("APIGroupDiscoveryList", all.At("kind"));
        Assert.Contains("g=apidiscovery.k8s.io", all.ContentType, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_credentials_nothing_is_told()
    {
        using var stranger = new RawClient(new k8s.KubernetesClientConfiguration
        {
            Host = cluster.Configuration().Host,
            SslCaCerts = cluster.Configuration().SslCaCerts,
            AccessToken = "not-a-token",
        });
        Assert.Equal((401, "Unauthorized"), (await stranger.GetAsync("/api/v1/namespaces")).Refusal);
    }
}
