using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace GovernedFinetune.Sandbox.Tests.Kubernetes;

public sealed class AuthenticationTests
{
    private const string Accounts = "/api/v1/namespaces/default/serviceaccounts";

    [Fact]
    public async Task A_token_of_a_service_account_is_its_user_and_groups()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var account = await TestCaller.ServiceAccountAsync(cluster, "default", "default");
        var info = (await WhoAmIAsync(account)).Json["status"]!["userInfo"]!;
        Assert.Equal("system:serviceaccount:default:default", info["username"]!.ToString());
        Assert.Equal((await cluster.GetAsync($"{Accounts}/default")).At("metadata.uid"), info["uid"]!.ToString());
        Assert.Equal(["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"], info["groups"]!.AsArray().Select(g => g!.ToString()));
    }

    [Fact]
    public async Task A_token_has_the_claims_of_a_real_cluster()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
        await using var cluster = await TestCluster.StartAsync(clock);
        var made = await cluster.TokenAsync("default", "default", """{"expirationSeconds":1200,"audiences":["vault","https://kubernetes.default.svc.cluster.local"]}""");
        Assert.Equal(201, made.Status);
        Assert.Equal("2027-01-15T08:20:00Z", made.At("status.expirationTimestamp"));
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(made.At("status.token")!.Split('.')[1]))!;
        Assert.Equal("system:serviceaccount:default:default", claims["sub"]!.ToString());
        Assert.Equal("""["vault","https://kubernetes.default.svc.cluster.local"]""", claims["aud"]!.ToJsonString());
        Assert.Equal((1_800_000_000, 1_800_000_000, 1_800_001_200), ((long)claims["iat"]!, (long)claims["nbf"]!, (long)claims["exp"]!));
        Assert.Equal("default", claims["kubernetes.io"]!["serviceaccount"]!["name"]!.ToString());
    }

    [Fact]
    public async Task A_token_ends_at_its_time()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var cluster = await TestCluster.StartAsync(clock);
        using var account = new TestCaller(cluster, (await cluster.TokenAsync("default", "default", """{"expirationSeconds":600}""")).At("status.token"));
        clock.Advance(TimeSpan.FromSeconds(599));
        Assert.Equal(201, (await WhoAmIAsync(account)).Status);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(401, (await WhoAmIAsync(account)).Status);
    }

    [Fact]
    public async Task A_token_ends_with_its_account_and_is_not_one_of_a_new_account_of_that_name()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.MustPostAsync(Accounts, """{"metadata":{"name":"worker"}}""");
        using var account = await TestCaller.ServiceAccountAsync(cluster, "default", "worker");
        Assert.Equal(201, (await WhoAmIAsync(account)).Status);
        _ = await cluster.DeleteAsync($"{Accounts}/worker");
        Assert.Equal(401, (await WhoAmIAsync(account)).Status);
        await cluster.MustPostAsync(Accounts, """{"metadata":{"name":"worker"}}""");
        Assert.Equal(401, (await WhoAmIAsync(account)).Status);
    }

    [Fact]
    public async Task A_token_for_somebody_else_or_of_another_server_or_changed_is_401()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var other = await TestCluster.StartAsync();
        var good = (await cluster.TokenAsync("default", "default")).At("status.token")!;
        var parts = good.Split('.');
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!;
        claims["sub"] = "system:serviceaccount:kube-system:default";
        var changed = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims.ToJsonString()));
        var unsigned = Base64Url.EncodeToString("""{"alg":"none","typ":"JWT"}"""u8);
        string?[] bad =
        [
            (await cluster.TokenAsync("default", "default", """{"audiences":["vault"]}""")).At("status.token"),
            (await other.TokenAsync("default", "default")).At("status.token"),
            $"{parts[0]}.{changed}.{parts[2]}",
            $"{unsigned}.{parts[1]}.",
            $"{parts[0]}.{parts[1]}",
            $"{parts[0]}.{parts[1]}.!",
            $"{good}.",
            "..",
            new string('.', 20_000),
        ];
        foreach (var token in bad)
        {
            using var caller = new TestCaller(cluster, token);
            var refused = await WhoAmIAsync(caller);
            Assert.True((401, "Unauthorized") == (refused.Status, refused.At("reason")), token);
        }
    }

    [Theory]
    [InlineData("""{"expirationSeconds":599}""", 422, "spec.expirationSeconds")]
    [InlineData("""{"expirationSeconds":4294967297}""", 422, "spec.expirationSeconds")]
    [InlineData("""{"expirationSeconds":"600"}""", 400, "")]
    [InlineData("""{"audiences":"me"}""", 400, "")]
    [InlineData("""{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p"}}""", 422, "spec.boundObjectRef")]
    public async Task A_token_request_that_does_not_fit_is_refused(string spec, int status, string field)
    {
        await using var cluster = await TestCluster.StartAsync();
        var refused = await cluster.TokenAsync("default", "default", spec);
        Assert.Equal(status, refused.Status);
        Assert.Equal(field.Length == 0 ? [] : [field], refused.Fields);
    }

    [Fact]
    public async Task Tokens_are_made_for_accounts_that_are_there_and_only_made()
    {
        await using var cluster = await TestCluster.StartAsync();
        Assert.Equal("""serviceaccounts "nobody" not found""", (await cluster.TokenAsync("default", "nobody")).At("message"));
        Assert.Equal(405, (await cluster.GetAsync($"{Accounts}/default/token")).Status);
        Assert.Equal(404, (await cluster.PostAsync("/api/v1/namespaces/default/configmaps/x/token", new JsonObject())).Status);
    }

    [Fact]
    public async Task A_token_request_is_read_as_kubectl_sends_it()
    {
        await using var cluster = await TestCluster.StartAsync();
        byte[] spec = [0x0A, 5, .. "vault"u8, 0x20, 0xD8, 0x04];
        byte[] request = [0x0A, 0, 0x12, (byte)spec.Length, .. spec];
        var version = "authentication.k8s.io/v1"u8.ToArray();
        var kind = "TokenRequest"u8.ToArray();
        byte[] meta = [0x0A, (byte)version.Length, .. version, 0x12, (byte)kind.Length, .. kind];
        using var content = new ByteArrayContent([.. "k8s\0"u8, 0x0A, (byte)meta.Length, .. meta, 0x12, (byte)request.Length, .. request]);
        content.Headers.ContentType = new("application/vnd.kubernetes.protobuf");
        using var answer = await cluster.Client.PostAsync(new Uri($"{Accounts}/default/token", UriKind.Relative), content);
        var made = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.Equal(("""["vault"]""", "600"), (made["spec"]!["audiences"]!.ToJsonString(), made["spec"]!["expirationSeconds"]!.ToString()));
        Assert.NotNull(made["status"]!["token"]);
    }

    [Fact]
    public async Task No_token_is_in_the_request_log()
    {
        await using var cluster = await TestCluster.StartAsync();
        var token = (await cluster.TokenAsync("default", "default")).At("status.token")!;
        using var account = new TestCaller(cluster, token);
        _ = await WhoAmIAsync(account);
        Assert.DoesNotContain(cluster.Context.Requests.Snapshot(), r => r.ToString().Contains(token, StringComparison.Ordinal));
        Assert.Contains(cluster.Context.Requests.Snapshot(), r => r.Principal == "system:serviceaccount:default:default");
    }

    [Fact]
    public async Task Every_namespace_has_a_default_account_and_gets_it_back()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.MustPostAsync("/api/v1/namespaces", """{"metadata":{"name":"team"}}""");
        const string Account = "/api/v1/namespaces/team/serviceaccounts/default";
        var first = (await cluster.GetAsync(Account)).At("metadata.uid");
        _ = await cluster.DeleteAsync(Account);
        Assert.NotEqual(first, (await cluster.GetAsync(Account)).At("metadata.uid"));
        _ = await cluster.DeleteAsync("/api/v1/namespaces/team");
        Assert.Equal(404, (await cluster.GetAsync("/api/v1/namespaces/team")).Status);
        Assert.Equal(404, (await cluster.GetAsync(Account)).Status);
    }

    [Fact]
    public async Task An_administrator_may_act_as_anybody()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var bob = TestCaller.As(cluster, "bob", "devs");
        Assert.Equal("""{"username":"bob","groups":["devs","system:authenticated"]}""", (await WhoAmIAsync(bob)).At("status.userInfo"));
        using var account = TestCaller.As(cluster, "system:serviceaccount:a:b");
        Assert.Contains("system:serviceaccounts:a", (await WhoAmIAsync(account)).At("status.userInfo"), StringComparison.Ordinal);
        using var withUid = new TestCaller(cluster, cluster.Api.Token, ("Impersonate-User", "bob"), ("Impersonate-Uid", "7"));
        Assert.Equal("7", (await WhoAmIAsync(withUid)).At("status.userInfo.uid"));
        Assert.Contains(cluster.Context.Requests.Snapshot(), r => r.Principal == "bob");
    }

    [Theory]
    [InlineData("Impersonate-Group", "devs")]
    [InlineData("Impersonate-Uid", "7")]
    [InlineData("Impersonate-Extra-Team", "risk")]
    public async Task Acting_as_nobody_or_with_what_is_not_there_is_a_bad_request(string header, string value)
    {
        await using var cluster = await TestCluster.StartAsync();
        using var caller = new TestCaller(cluster, cluster.Api.Token, (header, value));
        Assert.Equal(400, (await WhoAmIAsync(caller)).Status);
    }

    [Fact]
    public async Task Acting_as_somebody_needs_the_verb_impersonate_on_each_part()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.ClusterRoleAsync(
            "helpdesk",
            """[{"apiGroups":[""],"resources":["users"],"verbs":["impersonate"],"resourceNames":["bob"]},{"apiGroups":[""],"resources":["groups"],"verbs":["impersonate"],"resourceNames":["devs"]}]""");
        await cluster.BindAsync("helpdesk", AccessObjects.ServiceAccount("default", "default"));
        var token = (await cluster.TokenAsync("default", "default")).At("status.token");
        Assert.Equal(201, await StatusAsync(("Impersonate-User", "bob")));
        Assert.Equal(201, await StatusAsync(("Impersonate-User", "bob"), ("Impersonate-Group", "devs")));
        Assert.Equal(403, await StatusAsync(("Impersonate-User", "bob"), ("Impersonate-Group", "system:masters")));
        Assert.Equal(403, await StatusAsync(("Impersonate-User", "bob"), ("Impersonate-Uid", "1")));
        Assert.Equal(403, await StatusAsync(("Impersonate-User", "system:serviceaccount:default:default")));

        using var alice = new TestCaller(cluster, token, ("Impersonate-User", "alice"));
        Assert.Equal(
            """users "alice" is forbidden: User "system:serviceaccount:default:default" cannot impersonate resource "users" in API group "" at the cluster scope""",
            (await WhoAmIAsync(alice)).At("message"));

        async Task<int> StatusAsync(params (string, string)[] headers)
        {
            using var caller = new TestCaller(cluster, token, headers);
            return (await WhoAmIAsync(caller)).Status;
        }
    }

    private static Task<Answer> WhoAmIAsync(TestCaller caller) =>
        caller.PostAsync("/apis/authentication.k8s.io/v1/selfsubjectreviews", JsonNode.Parse("""{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}""")!);
}
