using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Tests.Kubernetes;

/// <summary>
/// The roles that this repository ships, in a cluster: what the operator calls is allowed to its service account, and
/// nothing else is. A rule that is missing in config/rbac or in the chart fails here.
/// </summary>
public sealed class ShippedRightsTests
{
    private const string Group = "governedfinetune.io";
    private const string Home = "governed-finetune";
    private const string Team = "credit-risk";

    private static readonly string[] AllVerbs =
        ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "impersonate", "escalate", "bind", "*"];

    /// <summary>Every call that the operator makes, on its own or through KubeOps: API group, resource, verbs, and why.</summary>
    private static readonly (string Group, string Resource, string Verbs)[] Calls =
    [
        (Group, "datasetgrants", "get list watch"),        // controller, queue, resync; a run reads its grant
        (Group, "datasetgrants/status", "patch"),          // StatusWriter
        (Group, "finetuneruns", "get list watch"),         // controller, queue, resync; a grant lists its runs
        (Group, "finetuneruns", "update patch"),           // finalizers: KubeOps detaches with PUT, Finalizers with PATCH
        (Group, "finetuneruns", "delete"),                 // ttlAfterFinished
        (Group, "finetuneruns/status", "patch"),           // StatusWriter
        ("", "events", "get create update"),               // KubeOps' event publisher
    ];

    /// <summary>Calls in the operator's own namespace only; a name after the resource means that object alone.</summary>
    private static readonly (string Group, string Resource, string Verbs)[] CallsAtHome =
    [
        ("coordination.k8s.io", "leases", "create"),                              // leader election
        ("coordination.k8s.io", "leases governed-finetune-leader", "get update"),
    ];

    /// <summary>What everybody with a token may do.</summary>
    private static readonly (string Group, string Resource, string Verbs)[] Everybody =
    [
        ("authentication.k8s.io", "selfsubjectreviews", "create"),
        ("authorization.k8s.io", "selfsubjectaccessreviews", "create"),
        ("authorization.k8s.io", "selfsubjectrulesreviews", "create"),
    ];

    [Theory]
    [InlineData("config/rbac")]
    [InlineData("charts/governed-finetune/files/rbac")]
    public async Task The_operator_may_do_what_it_calls_and_nothing_else(string folder)
    {
        await using var cluster = await ClusterAsync(folder);
        using var account = await TestCaller.ServiceAccountAsync(cluster, Home, Home);
        foreach (var (place, calls) in new[] { (Team, Calls), ("", Calls), (Home, [.. Calls, .. CallsAtHome]) })
        {
            var allowed = await RightsAsync(cluster, account, place);
            var needed = Flat(calls);
            Assert.True(needed.IsSubsetOf(allowed), $"{folder} lacks, in namespace '{place}': {string.Join(", ", needed.Except(allowed))}");
            var beyond = allowed.Except(needed).Except(Flat(Everybody)).ToList();
            Assert.True(beyond.Count == 0, $"{folder} grants what the operator does not need, in namespace '{place}': {string.Join(", ", beyond)}");
        }
    }

    [Theory]
    [InlineData("config/rbac")]
    [InlineData("charts/governed-finetune/files/rbac")]
    public async Task People_may_do_what_their_role_says_in_the_namespace_where_they_have_it(string folder)
    {
        await using var cluster = await ClusterAsync(folder);
        const string Read = "get list watch";
        const string Write = "create update patch delete";
        var expected = new Dictionary<string, (string Grants, string Runs)>(StringComparer.Ordinal)
        {
            ["governed-finetune-steward"] = ($"{Read} {Write}", Read),
            ["governed-finetune-engineer"] = (Read, $"{Read} {Write}"),
            ["governed-finetune-viewer"] = (Read, Read),
            ["view"] = (Read, Read),
            ["edit"] = (Read, $"{Read} {Write}"),
            ["admin"] = (Read, $"{Read} {Write}"),
        };
        foreach (var (role, (grants, runs)) in expected)
        {
            await cluster.BindAsync(role, AccessObjects.User(role), Team);
            using var person = TestCaller.As(cluster, role);
            var here = await RightsAsync(cluster, person, Team);
            Assert.Equal(
                Flat([(Group, "datasetgrants", grants), (Group, "finetuneruns", runs)]).Order(),
                here.Where(r => r.StartsWith(Group, StringComparison.Ordinal)).Order());
            Assert.DoesNotContain(await RightsAsync(cluster, person, Home), r => r.StartsWith(Group, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task An_engineer_cannot_write_a_grant_and_a_steward_cannot_start_a_run()
    {
        await using var cluster = await ClusterAsync("config/rbac");
        await cluster.BindAsync("edit", AccessObjects.User("engineer"), Team);
        await cluster.BindAsync("governed-finetune-steward", AccessObjects.User("steward"), Team);
        using var engineer = TestCaller.As(cluster, "engineer");
        using var steward = TestCaller.As(cluster, "steward");
        const string Grants = $"/apis/{Group}/v1alpha1/namespaces/{Team}/datasetgrants";
        const string Runs = $"/apis/{Group}/v1alpha1/namespaces/{Team}/finetuneruns";

        Assert.Equal(403, (await engineer.PostAsync(Grants, new JsonObject())).Status);
        Assert.Equal(403, (await engineer.SendAsync("PATCH", $"{Grants}/g/status", "{}", "application/merge-patch+json")).Status);
        Assert.Equal(403, (await steward.PostAsync(Runs, new JsonObject())).Status);
        Assert.Equal(422, (await engineer.PostAsync(Runs, JsonNode.Parse($$"""{"apiVersion":"{{Group}}/v1alpha1","kind":"FineTuneRun"}""")!)).Status);
        Assert.Equal(422, (await steward.PostAsync(Grants, JsonNode.Parse($$"""{"apiVersion":"{{Group}}/v1alpha1","kind":"DatasetGrant"}""")!)).Status);
    }

    [Fact]
    public async Task Each_rule_of_the_operator_is_needed()
    {
        await using var cluster = await ClusterAsync("config/rbac");
        const string Role = $"{AccessObjects.Rbac}/clusterroles/governed-finetune-operator";
        var rules = (await cluster.GetAsync(Role)).Json["rules"]!.AsArray();
        using var account = await TestCaller.ServiceAccountAsync(cluster, Home, Home);
        for (var i = 0; i < rules.Count; i++)
        {
            var rest = new JsonArray([.. rules.Where((_, at) => at != i).Select(r => r!.DeepClone())]);
            Assert.Equal(200, (await cluster.PatchAsync(Role, new JsonObject { ["rules"] = rest }.ToJsonString())).Status);
            Assert.False(Flat(Calls).IsSubsetOf(await RightsAsync(cluster, account, Team)), $"the operator needs nothing of {rules[i]!.ToJsonString()}");
        }
    }

    private static HashSet<string> Flat(IEnumerable<(string Group, string Resource, string Verbs)> rights) =>
        [.. rights.SelectMany(r => r.Verbs.Split(' ').Select(verb => $"{r.Group}/{r.Resource} {verb}"))];

    /// <summary>
    /// Everything that the caller may do to anything that the server has, as "group/resource verb"; for leases also what
    /// they may do to one of a certain name.
    /// </summary>
    private static async Task<HashSet<string>> RightsAsync(TestCluster cluster, TestCaller caller, string @namespace)
    {
        var rights = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (group, resource) in await ResourcesAsync(cluster))
        {
            var (plural, subresource) = resource.Split('/') is [var p, var s] ? (p, s) : (resource, "");
            foreach (var verb in AllVerbs)
            {
                if (await caller.MayAsync(verb, group, plural, subresource, @namespace))
                {
                    _ = rights.Add($"{group}/{resource} {verb}");
                    continue;
                }

                foreach (var name in plural == "leases" ? new[] { "governed-finetune-leader", "another" } : [])
                {
                    if (await caller.MayAsync(verb, group, plural, subresource, @namespace, name))
                    {
                        _ = rights.Add($"{group}/{resource} {name} {verb}");
                    }
                }
            }
        }

        return rights;
    }

    /// <summary>What discovery shows, and some that real clusters have besides.</summary>
    private static async Task<IReadOnlyList<(string Group, string Resource)>> ResourcesAsync(TestCluster cluster)
    {
        List<(string, string)> found = [("", "pods"), ("", "pods/exec"), ("", "pods/log"), ("", "nodes"), ("batch", "jobs"), (Group, "finetuneruns/finalizers"), (Group, "*"), ("*", "*")];
        string[] groups = ["", .. (await cluster.GetAsync("/apis")).Json["groups"]!.AsArray().Select(g => g!["preferredVersion"]!["groupVersion"]!.ToString())];
        foreach (var group in groups)
        {
            var document = await cluster.GetAsync(group.Length == 0 ? "/api/v1" : $"/apis/{group}");
            found.AddRange(document.Json["resources"]!.AsArray().Select(r => (group.Split('/') is [var name, _] ? name : "", r!["name"]!.ToString())));
        }

        return found;
    }

    /// <summary>A cluster with the definitions and the roles of a folder, installed as a person would.</summary>
    private static async Task<TestCluster> ClusterAsync(string folder)
    {
        var cluster = await TestCluster.StartAsync();
        await cluster.MustPostAsync("/api/v1/namespaces", $$$"""{"metadata":{"name":"{{{Home}}}"}}""");
        await cluster.MustPostAsync("/api/v1/namespaces", $$$"""{"metadata":{"name":"{{{Team}}}"}}""");
        await cluster.MustPostAsync($"/api/v1/namespaces/{Home}/serviceaccounts", $$$"""{"metadata":{"name":"{{{Home}}}"}}""");
        foreach (var file in Files("config/crds").Concat(["operator.yaml", "people.yaml"]).Select(f => Path.IsPathRooted(f) ? f : Path.Combine(Root(), folder, f)))
        {
            foreach (var document in (await File.ReadAllTextAsync(file)).Split("\n---\n"))
            {
                var made = await cluster.SendAsync(HttpMethod.Post, PathOf(document), document, "application/yaml");
                Assert.True(made.Status == 201, $"{file}: {made.Text}");
            }
        }

        return cluster;
    }

    private static string PathOf(string document)
    {
        string Line(string start) => document.Split('\n').First(l => l.StartsWith(start, StringComparison.Ordinal))[start.Length..].Trim();

        var plural = $"{Line("kind: ").ToLowerInvariant()}s";
        return plural is "roles" or "rolebindings"
            ? $"/apis/{Line("apiVersion: ")}/namespaces/{Line("  namespace: ")}/{plural}"
            : $"/apis/{Line("apiVersion: ")}/{plural}";
    }

    private static IEnumerable<string> Files(string folder) => Directory.GetFiles(Path.Combine(Root(), folder), "*.yaml");

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "GovernedFinetune.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("These tests run inside the repository.");
    }
}
