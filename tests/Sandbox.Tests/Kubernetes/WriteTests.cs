using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Tests.Kubernetes;

public sealed class WriteTests
{
    private const string One = $"{TestCluster.Widgets}/one";

    [Fact]
    public async Task A_new_object_gets_what_the_server_owns()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var made = await cluster.CreateWidgetAsync("one", w => w["status"] = new JsonObject { ["phase"] = "Mine" });
        Assert.Equal(201, made.Status);
        Assert.Equal("1", made.At("metadata.generation"));
        Assert.Equal("default", made.At("metadata.namespace"));
        Assert.True(Guid.TryParse(made.At("metadata.uid"), out _));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", made.At("metadata.creationTimestamp"));
        Assert.Null(made.At("status"));
    }

    [Fact]
    public async Task An_existing_name_and_a_stale_version_are_409_with_different_reasons()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var first = await cluster.CreateWidgetAsync("one");
        var again = await cluster.CreateWidgetAsync("one");
        Assert.Equal((409, "AlreadyExists"), (again.Status, again.At("reason")));

        _ = await cluster.PatchAsync(One, """{"spec":{"size":4}}""");
        var stale = await cluster.PutAsync(One, first.Json);
        Assert.Equal((409, "Conflict"), (stale.Status, stale.At("reason")));
        Assert.Contains("the object has been modified; please apply your changes to the latest version and try again", stale.At("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_PUT_of_a_custom_resource_must_name_the_version_it_replaces()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        _ = await cluster.CreateWidgetAsync("one");
        var answer = await cluster.PutAsync(One, Samples.Widget("one"));
        Assert.Equal(422, answer.Status);
        Assert.Contains("metadata.resourceVersion", answer.Fields);
    }

    [Fact]
    public async Task Generation_rises_with_the_spec_only()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        _ = await cluster.CreateWidgetAsync("one");
        Assert.Equal("1", (await cluster.PatchAsync(One, """{"metadata":{"labels":{"a":"b"}}}""")).At("metadata.generation"));
        Assert.Equal("1", (await cluster.PatchAsync($"{One}/status", """{"status":{"phase":"Up"}}""")).At("metadata.generation"));
        Assert.Equal("2", (await cluster.PatchAsync(One, """{"spec":{"size":4}}""")).At("metadata.generation"));
    }

    [Fact]
    public async Task The_object_and_its_status_are_written_apart()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        _ = await cluster.CreateWidgetAsync("one");
        const string Both = """{"metadata":{"labels":{"a":"b"}},"spec":{"size":4},"status":{"phase":"Up"}}""";

        var status = await cluster.PatchAsync($"{One}/status", Both);
        Assert.Equal(("Up", "3", null), (status.At("status.phase"), status.At("spec.size"), status.At("metadata.labels")));
        var main = await cluster.PatchAsync(One, Both.Replace("Up", "Down", StringComparison.Ordinal));
        Assert.Equal(("Up", "4"), (main.At("status.phase"), main.At("spec.size")));
    }

    [Fact]
    public async Task A_write_that_changes_nothing_makes_no_new_version()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        _ = await cluster.CreateWidgetAsync("one");
        var first = await cluster.PatchAsync(One, """{"spec":{"size":4}}""");
        var second = await cluster.PatchAsync(One, """{"spec":{"size":4}}""");
        Assert.Equal(first.At("metadata.resourceVersion"), second.At("metadata.resourceVersion"));
    }

    [Fact]
    public async Task GenerateName_makes_names_and_a_missing_name_is_refused()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var names = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            var made = await cluster.CreateWidgetAsync("x", w => w["metadata"] = new JsonObject { ["generateName"] = "run-" });
            names.Add(made.At("metadata.name")!);
        }

        Assert.All(names, n => Assert.Matches("^run-[a-z0-9]{5}$", n));
        Assert.NotEqual(names[0], names[1]);
        var nameless = await cluster.CreateWidgetAsync("x", w => w["metadata"] = new JsonObject());
        Assert.Equal((422, "metadata.name"), (nameless.Status, Assert.Single(nameless.Fields)));
    }

    [Fact]
    public async Task A_dry_run_validates_and_keeps_nothing()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var made = await cluster.CreateWidgetAsync("one", query: "?dryRun=All");
        Assert.Equal((201, "3"), (made.Status, made.At("spec.size")));
        Assert.Equal(404, (await cluster.GetAsync(One)).Status);
        Assert.Equal(422, (await cluster.CreateWidgetAsync("one", w => w["spec"]!["color"] = "pink", "?dryRun=All")).Status);

        _ = await cluster.CreateWidgetAsync("one");
        Assert.Equal("5", (await cluster.PatchAsync($"{One}?dryRun=All", """{"spec":{"size":5}}""")).At("spec.size"));
        Assert.Equal("3", (await cluster.GetAsync(One)).At("spec.size"));
        Assert.Equal(200, (await cluster.DeleteAsync($"{One}?dryRun=All")).Status);
        Assert.Equal(200, (await cluster.GetAsync(One)).Status);
    }

    [Fact]
    public async Task An_object_of_another_kind_name_or_namespace_than_the_path_is_a_bad_request()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        Assert.Equal(400, (await cluster.PostAsync(TestCluster.Widgets, Samples.ConfigMap("one"))).Status);
        Assert.Equal(400, (await cluster.CreateWidgetAsync("one", w => w["metadata"]!["namespace"] = "other")).Status);
        var made = (await cluster.CreateWidgetAsync("one")).Json;
        made["metadata"]!["name"] = "two";
        Assert.Equal(400, (await cluster.PutAsync(One, made)).Status);
    }

    [Fact]
    public async Task A_missing_namespace_is_named()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var answer = await cluster.PostAsync(TestCluster.Widgets.Replace("default", "nowhere", StringComparison.Ordinal), Samples.Widget("one"));
        Assert.Equal((404, "namespaces \"nowhere\" not found"), (answer.Status, answer.At("message")));
    }

    [Theory]
    [InlineData("""[{"op":"test","path":"/spec/size","value":3},{"op":"replace","path":"/spec/size","value":4}]""", 200)]
    [InlineData("""[{"op":"test","path":"/spec/size","value":9},{"op":"replace","path":"/spec/size","value":4}]""", 422)]
    [InlineData("""[{"op":"remove","path":"/spec/nothing"}]""", 422)]
    [InlineData("""[{"op":"frobnicate","path":"/spec"}]""", 422)]
    [InlineData("""[{"op":"add","path":"/spec/steps","value":["a"]},{"op":"add","path":"/spec/steps/-","value":"b"},{"op":"move","from":"/spec/steps/0","path":"/spec/steps/1"}]""", 200)]
    [InlineData("""[{"op":"replace","path":"","value":7}]""", 422)]
    [InlineData("""{"op":"remove"}""", 400)]
    [InlineData("""[7]""", 422)]
    public async Task JSON_patches_apply_as_a_whole_or_not_at_all(string patch, int status)
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        _ = await cluster.CreateWidgetAsync("one");
        Assert.Equal(status, (await cluster.PatchAsync(One, patch, "application/json-patch+json")).Status);
        Assert.Equal(status == 200, (await cluster.GetAsync(One)).Text != (await cluster.CreateWidgetAsync("other")).Text && status == 200);
    }

    [Fact]
    public async Task A_merge_patch_with_a_version_is_checked_and_one_without_is_not()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var first = await cluster.CreateWidgetAsync("one");
        Assert.Equal(200, (await cluster.PatchAsync(One, """{"spec":{"size":4}}""")).Status);
        var stale = await cluster.PatchAsync(One, $$$"""{"metadata":{"resourceVersion":"{{{first.At("metadata.resourceVersion")}}}"},"spec":{"size":5}}""");
        Assert.Equal((409, "Conflict"), (stale.Status, stale.At("reason")));
    }

    [Fact]
    public async Task A_strategic_merge_patch_merges_lists_by_key_for_built_in_kinds_and_is_415_for_custom_ones()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        const string Strategic = "application/strategic-merge-patch+json";
        var deployment = JsonNode.Parse(
            """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}},
             "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"x","image":"x:1"},{"name":"y","image":"y:1"}]}}}}
            """)!;
        Assert.Equal(201, (await cluster.PostAsync("/apis/apps/v1/namespaces/default/deployments", deployment)).Status);
        var patched = await cluster.PatchAsync(
            "/apis/apps/v1/namespaces/default/deployments/d",
            """{"spec":{"template":{"spec":{"containers":[{"name":"y","image":"y:2"},{"name":"x","$patch":"delete"}]}}}}""",
            Strategic);
        Assert.Equal("""[{"name":"y","image":"y:2"}]""", patched.At("spec.template.spec.containers"));

        _ = await cluster.CreateWidgetAsync("one");
        Assert.Equal(415, (await cluster.PatchAsync(One, "{}", Strategic)).Status);
    }
}
