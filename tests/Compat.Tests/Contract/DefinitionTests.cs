using System.Text.Json.Nodes;
using GovernedFinetune.Compat.Tests.Contract.Support;

namespace GovernedFinetune.Compat.Tests.Contract;

public sealed class DefinitionTests(Cluster cluster) : IClassFixture<Cluster>
{
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    [Fact]
    public async Task A_definition_is_served_found_described_changed_and_forgotten()
    {
        var widgets = await cluster.ServeWidgetsAsync();
        var name = $"widgets.{cluster.Group}";
        var definition = (await cluster.Client.GetAsync($"{Definitions}/{name}")).Expect(200);
        Assert.Equal(["Established", "NamesAccepted"], definition.Json["status"]!["conditions"]!.AsArray().Where(c => c.At("status") == "True").Select(c => c.At("type")!).Order(StringComparer.Ordinal).Take(2));
        Assert.Equal(("Widget", "v1"), (definition.At("status.acceptedNames.kind"), definition.At("status.storedVersions.0")));

        var resources = (await cluster.Client.GetAsync($"/apis/{cluster.Group}/v1")).Expect(200);
        Assert.Equal(["widgets", "widgets/status"], resources.Json["resources"]!.AsArray().Select(r => r.At("name")!).Order(StringComparer.Ordinal));
        var openApi = await Eventually.GetAsync(() => cluster.Client.GetAsync($"/openapi/v3/apis/{cluster.Group}/v1"), a => a.Status == 200);
        Assert.Contains("A widget to try things with.", openApi.Text, StringComparison.Ordinal);

        (await cluster.Client.PatchAsync(
            $"{Definitions}/{name}",
            """[{"op":"add","path":"/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/shade","value":{"type":"string","default":"dark"}}]""",
            RawClient.JsonPatch)).Expect(200);
        _ = await Eventually.GetAsync(() => cluster.Client.PostAsync($"{widgets}?dryRun=All", Samples.Widget(cluster.Group, "a")), a => a.At("spec.shade") == "dark");

        (await cluster.Client.DeleteAsync($"{Definitions}/{name}")).Expect(200);
        _ = await cluster.Client.GoneAsync($"{Definitions}/{name}");
        _ = await cluster.Client.GoneAsync(widgets);
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{}}}""", "type")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","default":7}}}""", "default")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array"}}}""", "items")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","pattern":"("}}}""", "pattern")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","x-kubernetes-list-type":"map","items":{"type":"object","properties":{"k":{"type":"string"}}}}}}""", "x-kubernetes-list-map-keys")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","additionalProperties":{"type":"string"},"properties":{"b":{"type":"string"}}}}}""", "additionalProperties")]
    [InlineData("""{"type":"object","x-kubernetes-validations":[{"rule":"self.nothing == 1"}]}""", "undefined field")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","x-kubernetes-validations":[{"rule":"self + 1"}]}}}""", "x-kubernetes-validations")]
    public async Task A_schema_that_cannot_be_kept_is_refused_with_the_place(string schema, string says)
    {
        var definition = Samples.WidgetDefinition($"broken.{cluster.Group}");
        definition["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"] = JsonNode.Parse(schema);
        var version = definition["spec"]!["versions"]![0]!.AsObject();
        version.Remove("additionalPrinterColumns");
        version.Remove("selectableFields");
        var refused = await cluster.Client.PostAsync(Definitions, definition);
        Assert.Equal((422, "Invalid"), refused.Refusal);
        Assert.Contains("openAPIV3Schema", refused.At("message"), StringComparison.Ordinal);
        Assert.Contains(says, refused.At("message"), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("metadata.name", "gadgets.example.com")]
    [InlineData("spec.names.kind", "lower_case")]
    [InlineData("spec.scope", "Galaxy")]
    public async Task A_definition_that_contradicts_itself_is_refused(string path, string value)
    {
        var definition = Samples.WidgetDefinition($"broken.{cluster.Group}");
        JsonNode at = definition;
        var steps = path.Split('.');
        foreach (var step in steps[..^1])
        {
            at = at[step]!;
        }

        at[steps[^1]] = value;
        var refused = await cluster.Client.PostAsync(Definitions, definition);
        Assert.Equal((422, "Invalid"), refused.Refusal);
        Assert.Contains(path, refused.Fields);
    }
}
