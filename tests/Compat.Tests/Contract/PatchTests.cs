using System.Text.Json.Nodes;
using GovernedFinetune.Compat.Tests.Contract.Support;

namespace GovernedFinetune.Compat.Tests.Contract;

public sealed class PatchTests(WidgetCluster cluster) : IClassFixture<WidgetCluster>
{
    private readonly string _name = cluster.NewName();

    private string One => cluster.At(_name);

    [Theory]
    [InlineData("""[{"op":"test","path":"/spec/size","value":3},{"op":"replace","path":"/spec/size","value":4}]""", "4")]
    [InlineData("""[{"op":"add","path":"/spec/steps","value":["a"]},{"op":"add","path":"/spec/steps/-","value":"b"},{"op":"replace","path":"/spec/size","value":5}]""", "5")]
    [InlineData("""[{"op":"remove","path":"/spec/size"}]""", "3")]
    [InlineData("""[{"op":"add","path":"/metadata/labels","value":{"a~b":"c"}},{"op":"test","path":"/metadata/labels/a~0b","value":"c"},{"op":"remove","path":"/metadata/labels"},{"op":"replace","path":"/spec/size","value":6}]""", "6")]
    [InlineData("[]", "3")]
    public async Task A_JSON_patch_applies_in_order(string patch, string size)
    {
        (await cluster.CreateAsync(_name)).Expect(201);
        Assert.Equal(size, (await cluster.Client.PatchAsync(One, patch, RawClient.JsonPatch)).Expect(200).At("spec.size"));
    }

    [Theory]
    [InlineData("""[{"op":"replace","path":"/spec/size","value":4},{"op":"test","path":"/spec/size","value":9}]""", 422)]
    [InlineData("""[{"op":"replace","path":"/spec/size","value":4},{"op":"remove","path":"/spec/nothing"}]""", 422)]
    [InlineData("""[{"op":"replace","path":"/spec/size","value":4},{"op":"replace","path":"/nothing/here","value":1}]""", 422)]
    [InlineData("""[{"op":"frobnicate","path":"/spec"}]""", 422)]
    [InlineData("""{"op":"remove"}""", 400)]
    [InlineData("nonsense", 400)]
    public async Task A_JSON_patch_that_does_not_fit_changes_nothing(string patch, int status)
    {
        var made = (await cluster.CreateAsync(_name)).Expect(201);
        Assert.Equal(status, (await cluster.Client.PatchAsync(One, patch, RawClient.JsonPatch)).Status);
        Assert.Equal(made.At("metadata.resourceVersion"), (await cluster.Client.GetAsync(One)).At("metadata.resourceVersion"));
    }

    [Fact]
    public async Task A_merge_patch_merges_objects_replaces_lists_and_removes_with_null()
    {
        (await cluster.CreateAsync(_name, w => w["spec"] = JsonNode.Parse("""{"color":"red","tags":["a","b"],"code":"abc","names":{"k":"v","l":"w"}}"""))).Expect(201);
        var patched = (await cluster.Client.PatchAsync(One, """{"spec":{"tags":["c"],"code":null,"names":{"k":null,"m":"x"}}}""")).Expect(200);
        Assert.Equal(("""["c"]""", null, """{"l":"w","m":"x"}"""), (patched.At("spec.tags"), patched.At("spec.code"), patched.At("spec.names")));
    }

    [Fact]
    public async Task A_merge_patch_with_a_version_is_checked_and_one_without_is_not()
    {
        var first = (await cluster.CreateAsync(_name)).Expect(201);
        (await cluster.Client.PatchAsync(One, """{"spec":{"size":4}}""")).Expect(200);
        var stale = await cluster.Client.PatchAsync(One, $$$"""{"metadata":{"resourceVersion":"{{{first.At("metadata.resourceVersion")}}}"},"spec":{"size":5}}""");
        Assert.Equal((409, "Conflict"), stale.Refusal);
        (await cluster.Client.PatchAsync(One, """{"spec":{"size":5}}""")).Expect(200);
    }

    [Fact]
    public async Task A_patch_is_validated_and_its_unknown_fields_are_refused_when_asked()
    {
        (await cluster.CreateAsync(_name)).Expect(201);
        Assert.Equal((422, "Invalid"), (await cluster.Client.PatchAsync(One, """{"spec":{"color":"pink"}}""")).Refusal);
        var unknown = await cluster.Client.PatchAsync($"{One}?fieldValidation=Strict", """{"spec":{"colour":"red"}}""");
        Assert.Equal((422, "Invalid"), unknown.Refusal);
        Assert.Contains("unknown field \"spec.colour\"", unknown.At("message"), StringComparison.Ordinal);
        Assert.Equal((422, "Invalid"), (await cluster.Client.PatchAsync(One, """{"metadata":{"labels":7}}""")).Refusal);
        Assert.Equal((404, "NotFound"), (await cluster.Client.PatchAsync(cluster.At("absent"), "{}")).Refusal);
    }

    [Fact]
    public async Task A_patch_cannot_give_an_object_another_name()
    {
        (await cluster.CreateAsync(_name)).Expect(201);
        Assert.Equal((400, "BadRequest"), (await cluster.Client.PatchAsync(One, """{"metadata":{"name":"other"}}""")).Refusal);
    }

    [Fact]
    public async Task A_strategic_merge_patch_merges_lists_by_key_for_built_in_kinds()
    {
        var deployments = $"/apis/apps/v1/namespaces/{cluster.Cluster.Namespace}/deployments";
        (await cluster.Client.PostAsync(deployments, Samples.Deployment(_name))).Expect(201);
        var patched = (await cluster.Client.PatchAsync(
            $"{deployments}/{_name}",
            """{"spec":{"template":{"spec":{"containers":[{"name":"y","image":"y:2"},{"name":"x","$patch":"delete"},{"name":"z","image":"z:1"}]}}}}""",
            RawClient.StrategicPatch)).Expect(200);
        var containers = patched.Json["spec"]!["template"]!["spec"]!["containers"]!.AsArray();
        Assert.Equal(["y y:2", "z z:1"], containers.Select(c => $"{c.At("name")} {c.At("image")}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_strategic_merge_patch_of_a_config_map_merges_its_data()
    {
        (await cluster.Client.PostAsync(cluster.Cluster.Core("configmaps"), Samples.ConfigMap(_name))).Expect(201);
        var patched = (await cluster.Client.PatchAsync($"{cluster.Cluster.Core("configmaps")}/{_name}", """{"data":{"a":null,"c":"d"}}""", RawClient.StrategicPatch)).Expect(200);
        Assert.Equal("""{"c":"d"}""", patched.At("data"));
    }

    [Fact]
    public async Task A_custom_resource_has_no_strategic_merge_patch()
    {
        (await cluster.CreateAsync(_name)).Expect(201);
        Assert.Equal((415, "UnsupportedMediaType"), (await cluster.Client.PatchAsync(One, "{}", RawClient.StrategicPatch)).Refusal);
        Assert.Equal((415, "UnsupportedMediaType"), (await cluster.Client.PatchAsync(One, "{}", RawClient.Json)).Refusal);
    }
}
