using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Tests.Kubernetes;

public sealed class DefinitionTests
{
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    [Fact]
    public async Task A_definition_is_established_at_once_and_its_resource_is_served()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var definition = await cluster.GetAsync($"{Definitions}/widgets.demo.example.com");
        var conditions = definition.Json["status"]!["conditions"]!.AsArray().Select(c => $"{c!["type"]}={c["status"]}");
        Assert.Equal(["NamesAccepted=True", "Established=True"], conditions);
        Assert.Equal("widget", definition.At("status.acceptedNames.singular"));
        Assert.Equal("WidgetList", (await cluster.GetAsync(TestCluster.Widgets)).At("kind"));
    }

    [Theory]
    [InlineData("""{"properties":{"a":{}}}""", "properties[a].type", "must not be empty for specified object fields")]
    [InlineData("""{"properties":{"a":{"type":"array"}}}""", "properties[a].items", "must be specified")]
    [InlineData("""{"properties":{"a":{"type":"string","pattern":"(?=x)"}}}""", "properties[a].pattern", "must be a valid regular expression")]
    [InlineData("""{"properties":{"a":{"type":"string","pattern":"(a)\\1"}}}""", "properties[a].pattern", "must be a valid regular expression")]
    [InlineData("""{"properties":{"a":{"type":"integer","default":"x"}}}""", "properties[a].default", "must be of type integer")]
    [InlineData("""{"properties":{"a":{"type":"object","properties":{"b":{"type":"string"}},"additionalProperties":{"type":"string"}}}}""", "properties[a].additionalProperties", "mutual exclusive")]
    [InlineData("""{"properties":{"a":{"type":"array","x-kubernetes-list-type":"map","items":{"type":"object"}}}}""", "x-kubernetes-list-map-keys", "must not be empty")]
    [InlineData("""{"properties":{"a":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"items":{"type":"object","properties":{"k":{"type":"string"}}}}}}""", "items.properties[k].default", "must have a default or be a required property")]
    [InlineData("""{"anyOf":[{"properties":{"a":{"type":"string"}}}],"properties":{"a":{"type":"string"}}}""", "anyOf[0].properties[a].type", "must be empty to be structural")]
    [InlineData("""{"anyOf":[{"properties":{"b":{"minLength":1}}}]}""", "properties[b]", "because it is defined in spec.validation.openAPIV3Schema.anyOf[0].properties[b]")]
    [InlineData("""{"properties":{"a":{"type":"array","uniqueItems":true,"items":{"type":"string"}}}}""", "uniqueItems", "cannot be set to true")]
    [InlineData("""{"properties":{"a":{"type":"string","format":"creditcard"}}}""", "properties[a].format", "does not implement this format")]
    [InlineData("""{"properties":{"a":{"$ref":"#/definitions/x"}}}""", "properties[a].$ref", "not supported")]
    [InlineData("""{"properties":{"metadata":{"type":"object","properties":{"labels":{"type":"object"}}}}}""", "properties[metadata]", "metadata is implicitly specified")]
    [InlineData("""{"x-kubernetes-validations":[{"rule":"self.nope == 1"}]}""", "rule", "undefined field 'nope'")]
    [InlineData("""{"x-kubernetes-validations":[{"rule":"self.format() == ''"}]}""", "rule", "undeclared reference to 'format'")]
    [InlineData("""{"x-kubernetes-validations":[{"rule":"1"}]}""", "rule", "must evaluate to a bool")]
    [InlineData("""{"x-kubernetes-validations":[{"rule":"true ||"}]}""", "rule", "Syntax error")]
    [InlineData("""{"x-kubernetes-validations":[{"rule":"'x'.matches('(')"}]}""", "rule", "invalid matches argument")]
    [InlineData("""{"x-kubernetes-validations":[{"rule":"true","optionalOldSelf":true}]}""", "optionalOldSelf", "does not implement")]
    [InlineData("""{"properties":{"a":{"type":"array","items":{"type":"string","x-kubernetes-validations":[{"rule":"self == oldSelf"}]}}}}""", "rule", "oldSelf cannot be used on the uncorrelatable portion")]
    public async Task A_schema_that_a_real_server_refuses_or_this_one_lacks_is_refused_and_named(string parts, string field, string message)
    {
        await using var cluster = await TestCluster.StartAsync();
        var definition = Samples.WidgetDefinition();
        var schema = JsonNode.Parse(parts)!.AsObject();
        schema["type"] = "object";
        var version = definition["spec"]!["versions"]![0]!.AsObject();
        version["schema"]!["openAPIV3Schema"] = schema;
        _ = version.Remove("selectableFields");

        var answer = await cluster.PostAsync(Definitions, definition);
        Assert.True(answer.Status == 422, answer.Text);
        Assert.Contains(answer.Fields, f => f.StartsWith("spec.validation.openAPIV3Schema", StringComparison.Ordinal) && f.Contains(field, StringComparison.Ordinal));
        Assert.Contains(message, answer.At("message"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("metadata.name", "/metadata/name", "\"gadgets.demo.example.com\"")]
    [InlineData("spec.group", "/spec/group", "\"nodots\"")]
    [InlineData("spec.scope", "/spec/scope", "\"Everywhere\"")]
    [InlineData("spec.versions", "/spec/versions/0/storage", "false")]
    [InlineData("spec.additionalPrinterColumns[0].JSONPath", "/spec/versions/0/additionalPrinterColumns/0/jsonPath", "\".spec[\"")]
    [InlineData("spec.additionalPrinterColumns[0].type", "/spec/versions/0/additionalPrinterColumns/0/type", "\"text\"")]
    [InlineData("spec.selectableFields[0].jsonPath", "/spec/versions/0/selectableFields/0/jsonPath", "\".spec.parts\"")]
    [InlineData("spec.subresources.scale", "/spec/versions/0/subresources/scale", "{}")]
    [InlineData("spec.conversion.strategy", "/spec/conversion", "{\"strategy\":\"Webhook\"}")]
    public async Task A_definition_that_does_not_hold_together_is_refused_and_named(string field, string at, string value)
    {
        await using var cluster = await TestCluster.StartAsync();
        var definition = Samples.WidgetDefinition();
        JsonNode parent = definition;
        var steps = at.Split('/')[1..];
        foreach (var step in steps[..^1])
        {
            parent = parent is JsonArray list ? list[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)]! : parent[step]!;
        }

        parent[steps[^1]] = JsonNode.Parse(value);
        var answer = await cluster.PostAsync(Definitions, definition);
        Assert.True(answer.Status == 422, answer.Text);
        Assert.Contains(field, answer.Fields);
    }

    [Fact]
    public async Task A_misspelt_keyword_of_a_schema_is_refused_under_strict_validation()
    {
        await using var cluster = await TestCluster.StartAsync();
        var definition = Samples.WidgetDefinition();
        Samples.SpecProperties(definition)["color"]!["enums"] = new JsonArray("x");
        var answer = await cluster.PostAsync($"{Definitions}?fieldValidation=Strict", definition);
        Assert.Equal(400, answer.Status);
        Assert.Contains(
            "unknown field \"spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.color.enums\"",
            answer.At("message"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Versions_share_their_objects()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync(change: d =>
        {
            var versions = d["spec"]!["versions"]!.AsArray();
            var next = versions[0]!.DeepClone();
            next["name"] = "v2beta1";
            next["storage"] = false;
            versions.Add(next);
        });
        _ = await cluster.CreateWidgetAsync("one");
        var other = await cluster.GetAsync(TestCluster.Widgets.Replace("/v1/", "/v2beta1/", StringComparison.Ordinal) + "/one");
        Assert.Equal(("demo.example.com/v2beta1", "red"), (other.At("apiVersion"), other.At("spec.color")));
        Assert.Equal("demo.example.com/v1", (await cluster.GetAsync("/apis/demo.example.com")).At("preferredVersion.groupVersion"));
    }

    [Fact]
    public async Task Deleting_a_definition_deletes_its_objects_and_waits_for_their_finalizers()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        _ = await cluster.CreateWidgetAsync("free");
        _ = await cluster.CreateWidgetAsync("held", w => w["metadata"]!["finalizers"] = new JsonArray("demo.example.com/hold"));

        Assert.Equal(200, (await cluster.DeleteAsync($"{Definitions}/widgets.demo.example.com")).Status);
        Assert.Equal(404, (await cluster.GetAsync($"{TestCluster.Widgets}/free")).Status);
        Assert.NotNull((await cluster.GetAsync($"{TestCluster.Widgets}/held")).At("metadata.deletionTimestamp"));
        Assert.Equal(405, (await cluster.CreateWidgetAsync("late")).Status);

        Assert.Equal(200, (await cluster.PatchAsync($"{TestCluster.Widgets}/held", """{"metadata":{"finalizers":null}}""")).Status);
        Assert.Equal(404, (await cluster.GetAsync($"{Definitions}/widgets.demo.example.com")).Status);
        Assert.Equal(404, (await cluster.GetAsync(TestCluster.Widgets)).Status);
    }
}
