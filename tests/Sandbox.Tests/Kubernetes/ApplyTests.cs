namespace GovernedFinetune.Sandbox.Tests.Kubernetes;

public sealed class ApplyTests
{
    private const string One = $"{TestCluster.Widgets}/one";

    private static string Config(string spec, string more = "") =>
        $$"""{"apiVersion":"demo.example.com/v1","kind":"Widget","metadata":{"name":"one"{{more}}},"spec":{{spec}}}""";

    [Fact]
    public async Task Apply_creates_and_records_what_its_manager_set_and_nothing_else()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var made = await cluster.ApplyAsync(One, Config("""{"color":"red","parts":[{"name":"x"}]}"""), "alice");
        Assert.Equal(201, made.Status);
        Assert.Equal("alice", made.At("metadata.managedFields.0.manager"));
        Assert.Equal("Apply", made.At("metadata.managedFields.0.operation"));
        Assert.Equal(
            """{"f:spec":{"f:color":{},"f:parts":{"k:{\"name\":\"x\"}":{".":{},"f:name":{}}}}}""",
            made.Json["metadata"]!["managedFields"]![0]!["fieldsV1"]!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        Assert.Equal(("3", "1"), (made.At("spec.size"), made.At("spec.parts.0.count")));
    }

    [Fact]
    public async Task Applying_the_same_again_makes_no_new_version()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var first = await cluster.ApplyAsync(One, Config("""{"color":"red"}"""), "alice");
        var second = await cluster.ApplyAsync(One, Config("""{"color":"red"}"""), "alice");
        Assert.Equal((200, first.At("metadata.resourceVersion")), (second.Status, second.At("metadata.resourceVersion")));
    }

    [Fact]
    public async Task What_another_set_is_a_conflict_until_it_is_forced()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        _ = await cluster.ApplyAsync(One, Config("""{"color":"red","size":2}"""), "alice");
        _ = await cluster.PatchAsync($"{One}?fieldManager=eve", """{"spec":{"color":"blue"}}""");

        var refused = await cluster.ApplyAsync(One, Config("""{"color":"red","size":2}"""), "alice");
        Assert.Equal((409, "Conflict"), (refused.Status, refused.At("reason")));
        Assert.Equal("FieldManagerConflict", refused.At("details.causes.0.reason"));
        Assert.Equal(".spec.color", refused.At("details.causes.0.field"));
        Assert.StartsWith("Apply failed with 1 conflict: conflict with \"eve\" using demo.example.com/v1", refused.At("message"), StringComparison.Ordinal);
        Assert.Equal("blue", (await cluster.GetAsync(One)).At("spec.color"));

        var forced = await cluster.ApplyAsync(One, Config("""{"color":"red","size":2}"""), "alice", force: true);
        Assert.Equal((200, "red"), (forced.Status, forced.At("spec.color")));
        Assert.DoesNotContain("eve", forced.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_managers_may_own_a_field_while_they_agree()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        _ = await cluster.ApplyAsync(One, Config("""{"color":"red","size":2}"""), "alice");
        Assert.Equal(200, (await cluster.ApplyAsync(One, Config("""{"color":"red","size":2}"""), "bob")).Status);

        var left = await cluster.ApplyAsync(One, Config("""{"color":"red"}"""), "alice");
        Assert.Equal("2", left.At("spec.size"));
        var gone = await cluster.ApplyAsync(One, Config("""{"color":"red"}"""), "bob");
        Assert.Equal("3", gone.At("spec.size"));
    }

    [Fact]
    public async Task What_a_manager_applies_no_longer_goes_also_from_keyed_lists_and_sets()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        _ = await cluster.ApplyAsync(One, Config("""{"color":"red","tags":["a","b"],"parts":[{"name":"x"},{"name":"y"}],"names":{"k":"v","l":"w"}}"""), "alice");
        _ = await cluster.ApplyAsync(One, Config("""{"color":"red","parts":[{"name":"z","count":9}]}"""), "bob");

        var after = await cluster.ApplyAsync(One, Config("""{"color":"red","tags":["b"],"parts":[{"name":"y"}],"names":{"l":"w"}}"""), "alice");
        Assert.Equal("""["b"]""", after.At("spec.tags"));
        Assert.Equal("""[{"name":"y","count":1},{"name":"z","count":9}]""", after.At("spec.parts"));
        Assert.Equal("""{"l":"w"}""", after.At("spec.names"));
    }

    [Fact]
    public async Task Status_is_applied_through_its_subresource_only()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        _ = await cluster.ApplyAsync(One, Config("""{"color":"red"}"""), "alice");
        var config = """{"apiVersion":"demo.example.com/v1","kind":"Widget","metadata":{"name":"one"},"status":{"conditions":[{"type":"Ready","status":"True"}]}}""";
        Assert.Null((await cluster.ApplyAsync(One, config, "controller")).At("status"));
        var status = await cluster.ApplyAsync($"{One}/status", config, "controller");
        Assert.Equal(("True", "red"), (status.At("status.conditions.0.status"), status.At("spec.color")));
        Assert.Contains(status.Json["metadata"]!["managedFields"]!.AsArray(), m => m!["subresource"]?.ToString() == "status");
    }

    [Fact]
    public async Task Apply_reads_YAML_and_needs_a_manager_and_known_fields()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        const string Yaml = "apiVersion: demo.example.com/v1\nkind: Widget\nmetadata: {name: one}\nspec:\n  color: red\n";
        Assert.Equal(201, (await cluster.ApplyAsync(One, Yaml, "alice")).Status);
        Assert.Equal(422, (await cluster.PatchAsync(One, Yaml, "application/apply-patch+yaml")).Status);
        var unknown = await cluster.ApplyAsync(One, Config("""{"colour":"red"}"""), "alice");
        Assert.Equal(400, unknown.Status);
        Assert.Contains(".spec.colour: field not declared in schema", unknown.At("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_list_of_managers_resets_it()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        _ = await cluster.ApplyAsync(One, Config("""{"color":"red"}"""), "alice");
        var reset = await cluster.PatchAsync(One, """{"metadata":{"managedFields":[{}]}}""");
        Assert.Equal((200, null), (reset.Status, reset.At("metadata.managedFields")));
    }
}
