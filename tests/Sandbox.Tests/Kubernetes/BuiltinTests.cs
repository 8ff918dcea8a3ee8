using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace GovernedFinetune.Sandbox.Tests.Kubernetes;

public sealed class BuiltinTests
{
    private const string Leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
    private const string Secrets = "/api/v1/namespaces/default/secrets";

    [Fact]
    public async Task Clear_text_of_a_secret_is_merged_into_its_data()
    {
        await using var cluster = await TestCluster.StartAsync();
        var made = await cluster.PostAsync(Secrets, JsonNode.Parse("""{"metadata":{"name":"s"},"stringData":{"a":"b"},"data":{"c":"ZA=="}}""")!);
        Assert.Equal(("Opaque", """{"c":"ZA==","a":"Yg=="}""", null), (made.At("type"), made.At("data"), made.At("stringData")));
        Assert.Equal(422, (await cluster.PatchAsync($"{Secrets}/s", """{"type":"other"}""")).Status);
        Assert.Equal(422, (await cluster.PatchAsync($"{Secrets}/s", """{"data":{"c":"not base64!"}}""")).Status);
    }

    [Theory]
    [InlineData("2026-01-01T00:00:00.123456Z", 201)]
    [InlineData("2026-01-01T00:00:00.000000Z", 201)]
    [InlineData("2026-01-01T00:00:00Z", 400)]
    [InlineData("2026-01-01T00:00:00.123Z", 400)]
    public async Task The_times_of_a_lease_take_exactly_six_fraction_digits(string time, int status)
    {
        await using var cluster = await TestCluster.StartAsync();
        var answer = await cluster.PostAsync(Leases, JsonNode.Parse($$$"""{"metadata":{"name":"l"},"spec":{"holderIdentity":"me","renewTime":"{{{time}}}"}}""")!);
        Assert.Equal(status, answer.Status);
    }

    [Fact]
    public async Task A_lease_is_made_by_PUT_when_absent_and_then_needs_its_version()
    {
        await using var cluster = await TestCluster.StartAsync();
        var lease = JsonNode.Parse("""{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"l"},"spec":{"holderIdentity":"me","leaseDurationSeconds":15}}""")!;
        var made = await cluster.PutAsync($"{Leases}/l", lease);
        Assert.Equal(201, made.Status);
        Assert.Equal(422, (await cluster.PutAsync($"{Leases}/l", lease)).Status);
        var taken = made.Json;
        taken["spec"]!["holderIdentity"] = "";
        Assert.Equal((200, ""), await HolderAsync(taken));
        Assert.Equal(409, (await cluster.PutAsync($"{Leases}/l", taken)).Status);

        async Task<(int, string?)> HolderAsync(JsonNode body)
        {
            var answer = await cluster.PutAsync($"{Leases}/l", body);
            return (answer.Status, answer.At("spec.holderIdentity"));
        }
    }

    [Fact]
    public async Task Events_of_both_groups_are_one_store()
    {
        await using var cluster = await TestCluster.StartAsync();
        var made = await cluster.PostAsync("/api/v1/namespaces/default/events", JsonNode.Parse(
            """
            {"metadata":{"name":"e"},"involvedObject":{"kind":"Widget","name":"one","namespace":"default","uid":"u1"},
             "reason":"Started","message":"it started","type":"Normal","count":2,"source":{"component":"operator"},
             "firstTimestamp":"2026-01-01T00:00:00Z","lastTimestamp":"2026-01-01T00:00:05Z"}
            """)!);
        Assert.Equal(201, made.Status);
        var seen = await cluster.GetAsync("/apis/events.k8s.io/v1/namespaces/default/events/e");
        Assert.Equal(("it started", "one", "2"), (seen.At("note"), seen.At("regarding.name"), seen.At("deprecatedCount")));

        const string Describe = "/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Done,involvedObject.uid%3D";
        _ = Assert.Single((await cluster.GetAsync($"{Describe}u1")).Json["items"]!.AsArray());
        Assert.Empty((await cluster.GetAsync($"{Describe}u2")).Json["items"]!.AsArray());
        _ = Assert.Single((await cluster.GetAsync("/apis/events.k8s.io/v1/events?fieldSelector=regarding.name%3Done")).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task An_event_of_the_new_group_must_be_complete()
    {
        await using var cluster = await TestCluster.StartAsync();
        var answer = await cluster.PostAsync("/apis/events.k8s.io/v1/namespaces/default/events", JsonNode.Parse("""{"metadata":{"name":"e"},"regarding":{"namespace":"default"}}""")!);
        Assert.Equal(422, answer.Status);
        Assert.Superset(new HashSet<string> { "eventTime", "reportingController", "action", "reason", "type" }, answer.Fields.ToHashSet());
    }

    [Fact]
    public async Task Events_are_kept_for_an_hour()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var cluster = await TestCluster.StartAsync(clock);
        const string Events = "/api/v1/namespaces/default/events";
        JsonNode Event(string name) => JsonNode.Parse($$$"""{"metadata":{"name":"{{{name}}}"},"involvedObject":{"namespace":"default"}}""")!;
        Assert.Equal(201, (await cluster.PostAsync(Events, Event("old"))).Status);
        clock.Advance(TimeSpan.FromMinutes(61));
        _ = await cluster.PostAsync(Events, Event("new"));
        var left = (await cluster.GetAsync(Events)).Json["items"]!.AsArray();
        Assert.Equal("new", Assert.Single(left)!["metadata"]!["name"]!.ToString());
    }

    [Fact]
    public async Task A_body_in_protobuf_is_read_as_kubectl_create_sends_it()
    {
        await using var cluster = await TestCluster.StartAsync();
        // runtime.Unknown{TypeMeta{v1, ConfigMap}, ConfigMap{ObjectMeta{name: "c"}, data: {"k": "v"}}}
        byte[] meta = [10, 2, .. "v1"u8, 18, 9, .. "ConfigMap"u8];
        byte[] map = [10, 3, 10, 1, .. "c"u8, 18, 6, 10, 1, .. "k"u8, 18, 1, .. "v"u8];
        byte[] body = [.. "k8s\0"u8, 10, (byte)meta.Length, .. meta, 18, (byte)map.Length, .. map, 26, 0, 34, 0];

        var made = await SendAsync(cluster, body);
        Assert.Equal((201, "c", "v"), (made.Status, made.At("metadata.name"), made.At("data.k")));
        Assert.Equal(400, (await SendAsync(cluster, body[..^20])).Status);
        Assert.Equal(400, (await SendAsync(cluster, "nonsense"u8.ToArray())).Status);

        static async Task<Answer> SendAsync(TestCluster cluster, byte[] body)
        {
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new("application/vnd.kubernetes.protobuf");
            using var response = await cluster.Client.PostAsync(new Uri("/api/v1/namespaces/default/configmaps", UriKind.Relative), content);
            return new Answer((int)response.StatusCode, await response.Content.ReadAsStringAsync(), "", []);
        }
    }

    [Fact]
    public async Task The_role_of_a_binding_cannot_be_exchanged()
    {
        await using var cluster = await TestCluster.StartAsync();
        const string Bindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
        _ = await cluster.PostAsync(Bindings, JsonNode.Parse("""{"metadata":{"name":"system:b"},"roleRef":{"kind":"ClusterRole","name":"a","apiGroup":""}}""")!);
        var answer = await cluster.PatchAsync($"{Bindings}/system:b", """{"roleRef":{"name":"admin"}}""");
        Assert.Equal((422, "roleRef"), (answer.Status, Assert.Single(answer.Fields)));
    }

    [Fact]
    public async Task A_value_of_a_wrong_type_in_a_built_in_kind_is_a_bad_request()
    {
        await using var cluster = await TestCluster.StartAsync();
        var answer = await cluster.PostAsync("/api/v1/namespaces/default/configmaps", JsonNode.Parse("""{"metadata":{"name":"c"},"data":{"n":1}}""")!);
        Assert.Equal((400, "BadRequest"), (answer.Status, answer.At("reason")));
        Assert.Contains("data.n", answer.At("message"), StringComparison.Ordinal);
    }
}
