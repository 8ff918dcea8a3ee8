using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Tests.Kubernetes;

public sealed class DiscoveryTests
{
    private const string Aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";

    [Fact]
    public async Task Aggregated_discovery_lists_a_definition_with_its_names_and_subresource()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var answer = await cluster.GetAsync("/apis", Aggregated);
        Assert.Equal("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList", answer.ContentType.Replace(" ", "", StringComparison.Ordinal));
        var group = answer.Json["items"]!.AsArray().Single(g => g!["metadata"]!["name"]!.ToString() == "demo.example.com")!;
        var resource = group["versions"]![0]!["resources"]![0]!;
        Assert.Equal("""["wd"]""", resource["shortNames"]!.ToJsonString());
        Assert.Equal("""["all"]""", resource["categories"]!.ToJsonString());
        Assert.Equal("Namespaced", resource["scope"]!.ToString());
        Assert.Equal("status", resource["subresources"]![0]!["subresource"]!.ToString());
    }

    [Fact]
    public async Task Plain_discovery_says_the_same()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        Assert.Equal("APIVersions", (await cluster.GetAsync("/api")).At("kind"));
        Assert.Contains("demo.example.com", (await cluster.GetAsync("/apis")).Text, StringComparison.Ordinal);
        Assert.Equal("demo.example.com/v1", (await cluster.GetAsync("/apis/demo.example.com")).At("preferredVersion.groupVersion"));
        var names = (await cluster.GetAsync("/apis/demo.example.com/v1")).Json["resources"]!.AsArray().Select(r => r!["name"]!.ToString());
        Assert.Equal(["widgets", "widgets/status"], names);
        Assert.Equal(404, (await cluster.GetAsync("/apis/nothing.example.com/v1")).Status);
    }

    [Fact]
    public async Task OpenApi_tells_kubectl_that_the_server_validates_fields()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var address = (await cluster.GetAsync("/openapi/v3")).Json["paths"]!["apis/demo.example.com/v1"]!["serverRelativeURL"]!.ToString();
        var document = (await cluster.GetAsync(address)).Json;

        var patch = document["paths"]!["/apis/demo.example.com/v1/namespaces/{namespace}/widgets/{name}"]!["patch"]!;
        var parameters = patch["parameters"]!.AsArray().Select(p => p!["name"]!.ToString()).ToList();
        Assert.Superset(new HashSet<string> { "dryRun", "fieldManager", "fieldValidation", "force" }, parameters.ToHashSet());
        Assert.Equal("Widget", patch["x-kubernetes-group-version-kind"]!["kind"]!.ToString());
        Assert.DoesNotContain("application/strategic-merge-patch+json", patch["requestBody"]!["content"]!.AsObject().Select(c => c.Key));

        var schema = document["components"]!["schemas"]!["com.example.demo.v1.Widget"]!;
        Assert.Equal("Colour of the widget.", schema["properties"]!["spec"]!["properties"]!["color"]!["description"]!.ToString());
        Assert.Equal("Widget", schema["x-kubernetes-group-version-kind"]![0]!["kind"]!.ToString());
    }

    [Fact]
    public async Task Every_reference_in_an_OpenApi_document_points_at_a_component_of_it()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        foreach (var (_, entry) in (await cluster.GetAsync("/openapi/v3")).Json["paths"]!.AsObject())
        {
            var document = (await cluster.GetAsync(entry!["serverRelativeURL"]!.ToString())).Json;
            var components = document["components"]!["schemas"]!.AsObject().Select(s => s.Key).ToHashSet();
            Assert.Subset(components, References(document).ToHashSet());
        }
    }

    [Fact]
    public async Task The_address_of_a_document_changes_with_the_definition()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var before = (await cluster.GetAsync("/openapi/v3")).Json["paths"]!["apis/demo.example.com/v1"]!.ToJsonString();
        var answer = await cluster.PatchAsync(
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.demo.example.com",
            """[{"op":"replace","path":"/spec/versions/0/schema/openAPIV3Schema/description","value":"Changed."}]""",
            "application/json-patch+json");
        Assert.Equal(200, answer.Status);
        Assert.NotEqual(before, (await cluster.GetAsync("/openapi/v3")).Json["paths"]!["apis/demo.example.com/v1"]!.ToJsonString());
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(m => m.Key == "$ref" && m.Value is JsonValue value
            ? [value.ToString()["#/components/schemas/".Length..]]
            : References(m.Value)),
        JsonArray items => items.SelectMany(References),
        _ => [],
    };
}
