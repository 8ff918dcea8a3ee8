using GovernedFinetune.Compat.Tests.Contract.Support;

namespace GovernedFinetune.Compat.Tests.Contract;

public sealed class ApplyTests(WidgetCluster cluster) : IClassFixture<WidgetCluster>
{
    private readonly string _name = cluster.NewName();

    private string One => cluster.At(_name);

    [Fact]
    public async Task Apply_creates_and_records_what_its_manager_set_and_nothing_else()
    {
        var made = (await ApplyAsync("""{"color":"red","parts":[{"name":"x"}]}""", "alice")).Expect(201);
        var managed = Assert.Single(made.Json["metadata"]!["managedFields"]!.AsArray())!;
        Assert.Equal(("alice", "Apply", $"{cluster.Cluster.Group}/v1", "FieldsV1"), (managed.At("manager"), managed.At("operation"), managed.At("apiVersion"), managed.At("fieldsType")));
        Assert.Equal(
            """{"f:spec":{"f:color":{},"f:parts":{"k:{\"name\":\"x\"}":{".":{},"f:name":{}}}}}""",
            managed["fieldsV1"]!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        Assert.Equal(("3", "1"), (made.At("spec.size"), made.At("spec.parts.0.count")));
    }

    [Fact]
    public async Task Applying_the_same_again_makes_no_new_version()
    {
        var first = (await ApplyAsync("""{"color":"red"}""", "alice")).Expect(201);
        var second = (await ApplyAsync("""{"color":"red"}""", "alice")).Expect(200);
        Assert.Equal(first.At("metadata.resourceVersion"), second.At("metadata.resourceVersion"));
    }

    [Fact]
    public async Task What_another_set_is_a_conflict_until_it_is_forced()
    {
        (await ApplyAsync("""{"color":"red","size":2}""", "alice")).Expect(201);
        (await cluster.Client.PatchAsync($"{One}?fieldManager=eve", """{"spec":{"color":"blue"}}""")).Expect(200);

        var refused = await ApplyAsync("""{"color":"red","size":2}""", "alice");
        Assert.Equal((409, "Conflict"), refused.Refusal);
        Assert.Equal(("FieldManagerConflict", ".spec.color"), (refused.At("details.causes.0.reason"), refused.At("details.causes.0.field")));
        Assert.StartsWith($"Apply failed with 1 conflict: conflict with \"eve\" using {cluster.Cluster.Group}/v1", refused.At("message"), StringComparison.Ordinal);
        Assert.Equal("blue", (await cluster.Client.GetAsync(One)).At("spec.color"));

        var forced = (await ApplyAsync("""{"color":"red","size":2}""", "alice", force: true)).Expect(200);
        Assert.Equal("red", forced.At("spec.color"));
        Assert.DoesNotContain("eve", forced.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_managers_may_own_a_field_while_they_agree()
    {
        (await ApplyAsync("""{"color":"red","size":2}""", "alice")).Expect(201);
        (await ApplyAsync("""{"color":"red","size":2}""", "bob")).Expect(200);

        Assert.Equal("2", (await ApplyAsync("""{"color":"red"}""", "alice")).Expect(200).At("spec.size"));
        Assert.Equal("3", (await ApplyAsync("""{"color":"red"}""", "bob")).Expect(200).At("spec.size"));
    }

    [Fact]
    public async Task What_a_manager_applies_no_longer_goes_also_from_keyed_lists_sets_and_maps()
    {
        (await ApplyAsync("""{"color":"red","tags":["a","b"],"parts":[{"name":"x"},{"name":"y"}],"names":{"k":"v","l":"w"}}""", "alice")).Expect(201);
        (await ApplyAsync("""{"color":"red","parts":[{"name":"z","count":9}]}""", "bob")).Expect(200);

        var after = (await ApplyAsync("""{"color":"red","tags":["b"],"parts":[{"name":"y"}],"names":{"l":"w"}}""", "alice")).Expect(200);
        Assert.Equal("""["b"]""", after.At("spec.tags"));
        Assert.Equal(["y 1", "z 9"], after.Json["spec"]!["parts"]!.AsArray().Select(p => $"{p!.At("name")} {p!.At("count")}"));
        Assert.Equal("""{"l":"w"}""", after.At("spec.names"));
    }

    [Fact]
    public async Task Status_is_applied_through_its_subresource_only()
    {
        (await ApplyAsync("""{"color":"red"}""", "alice")).Expect(201);
        const string Status = """
            "status":{"conditions":[{"type":"Ready","status":"True"}]}
            """;
        var config = cluster.Configuration(_name, "{}").Replace("\"spec\":{}", Status, StringComparison.Ordinal);
        Assert.Null((await cluster.Client.ApplyAsync(One, config, "controller")).Expect(200).At("status"));
        var status = (await cluster.Client.ApplyAsync($"{One}/status", config, "controller")).Expect(200);
        Assert.Equal(("True", "red"), (status.At("status.conditions.0.status"), status.At("spec.color")));
        Assert.Contains(status.Json["metadata"]!["managedFields"]!.AsArray(), m => m!.At("subresource") == "status" && m!.At("manager") == "controller");
    }

    [Fact]
    public async Task Apply_reads_YAML_and_needs_a_manager_and_known_fields()
    {
        var yaml = $"apiVersion: {cluster.Cluster.Group}/v1\nkind: Widget\nmetadata: {{name: {_name}}}\nspec:\n  color: red\n";
        (await cluster.Client.ApplyAsync(One, yaml, "alice")).Expect(201);
        Assert.Equal(422, (await cluster.Client.PatchAsync(One, yaml, RawClient.ApplyPatch)).Status);
        Assert.Equal(422, (await cluster.Client.PatchAsync($"{One}?fieldManager=a&force=true", "{}")).Status);
        var unknown = await ApplyAsync("""{"colour":"red"}""", "alice");
        Assert.False(unknown.Status is 200 or 201);
        Assert.Contains(".spec.colour: field not declared in schema", unknown.At("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_apply_with_a_version_is_checked()
    {
        var made = (await ApplyAsync("""{"color":"red"}""", "alice")).Expect(201);
        (await cluster.Client.PatchAsync(One, """{"spec":{"size":4}}""")).Expect(200);
        var config = cluster.Configuration(_name, """{"color":"red"}""", $",\"resourceVersion\":\"{made.At("metadata.resourceVersion")}\"");
        Assert.Equal((409, "Conflict"), (await cluster.Client.ApplyAsync(One, config, "alice")).Refusal);
    }

    [Fact]
    public async Task An_apply_names_no_managers_and_the_kind_of_its_path()
    {
        var config = cluster.Configuration(_name, """{"color":"red"}""", ""","managedFields":[{"manager":"alice"}]""");
        Assert.Equal((400, "BadRequest"), (await cluster.Client.ApplyAsync(One, config, "alice")).Refusal);
        var other = cluster.Configuration(_name, """{"color":"red"}""").Replace("Widget", "Gadget", StringComparison.Ordinal);
        Assert.Contains((await cluster.Client.ApplyAsync(One, other, "alice")).Status, new[] { 400, 422 });
    }

    [Fact]
    public async Task Updates_are_recorded_under_the_clients_name_and_an_empty_list_of_managers_resets_it()
    {
        (await ApplyAsync("""{"color":"red"}""", "alice")).Expect(201);
        var patched = (await cluster.Client.PatchAsync(One, """{"spec":{"size":4}}""")).Expect(200);
        Assert.Contains(patched.Json["metadata"]!["managedFields"]!.AsArray(), m => m!.At("manager") == "contract-suite" && m!.At("operation") == "Update");
        Assert.Null((await cluster.Client.PatchAsync(One, """{"metadata":{"managedFields":[{}]}}""")).Expect(200).At("metadata.managedFields"));
    }

    [Fact]
    public async Task A_dry_run_of_an_apply_keeps_nothing()
    {
        (await cluster.Client.ApplyAsync($"{One}?dryRun=All", cluster.Configuration(_name, """{"color":"red"}"""), "alice")).Expect(201);
        Assert.Equal(404, (await cluster.Client.GetAsync(One)).Status);
    }

    [Fact]
    public async Task Built_in_kinds_are_applied_by_their_keys()
    {
        var path = $"/apis/apps/v1/namespaces/{cluster.Cluster.Namespace}/deployments/{_name}";
        var deployment = Samples.Deployment(_name).ToJsonString();
        (await cluster.Client.ApplyAsync(path, deployment, "alice")).Expect(201);
        var other = deployment.Replace("""{"name":"x","image":"x:1"},""", "", StringComparison.Ordinal).Replace("y:1", "y:2", StringComparison.Ordinal);
        Assert.Equal((409, "Conflict"), (await cluster.Client.ApplyAsync(path, other, "bob")).Refusal);
        var after = (await cluster.Client.ApplyAsync(path, other, "alice")).Expect(200);
        var container = Assert.Single(after.Json["spec"]!["template"]!["spec"]!["containers"]!.AsArray())!;
        Assert.Equal(("y", "y:2"), (container.At("name"), container.At("image")));
    }

    private Task<Answer> ApplyAsync(string spec, string manager, bool force = false) =>
        cluster.Client.ApplyAsync(One, cluster.Configuration(_name, spec), manager, force);
}
