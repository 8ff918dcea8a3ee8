using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Tests.Kubernetes;

public sealed class ValidationTests
{
    [Theory]
    [InlineData("""{}""", "spec.color", "spec.color: Required value")]
    [InlineData("""{"color":"pink"}""", "spec.color", "Unsupported value: \"pink\": supported values: \"red\", \"green\", \"blue\"")]
    [InlineData("""{"color":7}""", "spec.color", "spec.color in body must be of type string: \"integer\"")]
    [InlineData("""{"color":"red","size":0}""", "spec.size", "spec.size in body should be greater than or equal to 1")]
    [InlineData("""{"color":"red","size":11}""", "spec.size", "spec.size in body should be less than or equal to 10")]
    [InlineData("""{"color":"red","size":1.5}""", "spec.size", "spec.size in body must be of type integer: \"number\"")]
    [InlineData("""{"color":"red","ratio":0}""", "spec.ratio", "spec.ratio in body should be greater than 0")]
    [InlineData("""{"color":"red","code":"a"}""", "spec.code", "spec.code in body should be at least 2 chars long")]
    [InlineData("""{"color":"red","code":"abcdef"}""", "spec.code", "Too long: may not be more than 5 bytes")]
    [InlineData("""{"color":"red","code":"AB"}""", "spec.code", "spec.code in body should match '^[a-z]+$'")]
    [InlineData("""{"color":"red","code":"ab\n"}""", "spec.code", "should match")]
    [InlineData("""{"color":"red","port":true}""", "spec.port", "must be of type integer,string: \"boolean\"")]
    [InlineData("""{"color":"red","due":"tomorrow"}""", "spec.due", "must be of type date-time: \"tomorrow\"")]
    [InlineData("""{"color":"red","tags":["a","b","a"]}""", "spec.tags[2]", "Duplicate value: \"a\"")]
    [InlineData("""{"color":"red","tags":["a","b","c","d"]}""", "spec.tags", "Too many: 4: must have at most 3 items")]
    [InlineData("""{"color":"red","parts":[{"name":"x"},{"name":"x"}]}""", "spec.parts[1]", "Duplicate value: {\"name\":\"x\"}")]
    [InlineData("""{"color":"red","parts":[{"count":1}]}""", "spec.parts[0].name", "Required value")]
    [InlineData("""{"color":"red","names":{"a":1}}""", "spec.names.a", "must be of type string: \"integer\"")]
    [InlineData("""{"color":"red","least":5,"most":4}""", "spec.least", "least must not exceed most")]
    [InlineData("""[]""", "spec", "spec in body must be of type object: \"array\"")]
    public async Task What_the_schema_forbids_is_422_and_names_the_field(string spec, string field, string message)
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var answer = await cluster.CreateWidgetAsync("one", w => w["spec"] = JsonNode.Parse(spec));
        Assert.Equal((422, "Invalid"), (answer.Status, answer.At("reason")));
        Assert.Contains(field, answer.Fields);
        Assert.StartsWith("Widget.demo.example.com \"one\" is invalid: ", answer.At("message"), StringComparison.Ordinal);
        Assert.Contains(message, answer.At("message"), StringComparison.Ordinal);
        Assert.Equal(404, (await cluster.GetAsync($"{TestCluster.Widgets}/one")).Status);
    }

    [Theory]
    [InlineData("""{"color":"red","port":"http"}""")]
    [InlineData("""{"color":"red","port":80}""")]
    [InlineData("""{"color":"red","due":"2026-01-01T00:00:00.5+02:00"}""")]
    [InlineData("""{"color":"red","note":null}""")]
    [InlineData("""{"color":"red","ratio":2}""")]
    [InlineData("""{"color":"red","extra":{"a":[{"b":null}]}}""")]
    public async Task What_the_schema_allows_is_stored_as_sent(string spec)
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var answer = await cluster.CreateWidgetAsync("one", w => w["spec"] = JsonNode.Parse(spec));
        Assert.True(answer.Status == 201, answer.Text);
        var stored = answer.Json["spec"]!.AsObject();
        Assert.True(stored.Remove("size"));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(spec), stored), stored.ToJsonString());
    }

    [Fact]
    public async Task Defaults_are_filled_in_also_below_lists_and_for_null()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var answer = await cluster.CreateWidgetAsync("one", w => w["spec"] = JsonNode.Parse("""{"color":"red","size":null,"parts":[{"name":"x"}]}"""));
        Assert.Equal("3", answer.At("spec.size"));
        Assert.Equal("1", answer.At("spec.parts.0.count"));
    }

    [Fact]
    public async Task Unknown_and_repeated_fields_are_refused_warned_of_or_dropped_as_asked()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        const string Body = """{"apiVersion":"demo.example.com/v1","kind":"Widget","metadata":{"name":"one","nome":"x"},"spec":{"color":"green","color":"red","colour":"red"}}""";

        var strict = await cluster.SendAsync(HttpMethod.Post, $"{TestCluster.Widgets}?fieldValidation=Strict", Body);
        Assert.Equal(400, strict.Status);
        Assert.Equal(
            "Widget in version \"v1\" cannot be handled as a Widget: strict decoding error: duplicate field \"spec.color\", unknown field \"metadata.nome\", unknown field \"spec.colour\"",
            strict.At("message"));

        var warn = await cluster.SendAsync(HttpMethod.Post, $"{TestCluster.Widgets}?fieldValidation=Warn&dryRun=All", Body);
        Assert.Equal(201, warn.Status);
        Assert.Contains("299 - \"unknown field \\\"spec.colour\\\"\"", warn.Warnings);

        var ignore = await cluster.SendAsync(HttpMethod.Post, $"{TestCluster.Widgets}?fieldValidation=Ignore", Body);
        Assert.Equal(201, ignore.Status);
        Assert.Empty(ignore.Warnings);
        Assert.Equal("red", ignore.At("spec.color"));
        Assert.DoesNotContain("colour", ignore.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transition_rule_runs_on_updates_and_gives_its_reason()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        _ = await cluster.CreateWidgetAsync("one", w => w["spec"]!["profile"] = "a");
        var refused = await cluster.PatchAsync($"{TestCluster.Widgets}/one", """{"spec":{"profile":"b"}}""");
        Assert.Equal(422, refused.Status);
        Assert.Equal("spec.profile", refused.At("details.causes.0.field"));
        Assert.Equal("FieldValueForbidden", refused.At("details.causes.0.reason"));
        Assert.Equal("Forbidden: profile is immutable", refused.At("details.causes.0.message"));
    }

    [Fact]
    public async Task An_object_stays_editable_when_its_definition_became_stricter()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        _ = await cluster.CreateWidgetAsync("one", w => w["spec"]!["code"] = "abcde");
        var stricter = await cluster.PatchAsync(
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.demo.example.com",
            """[{"op":"replace","path":"/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/code/maxLength","value":3}]""",
            "application/json-patch+json");
        Assert.Equal(200, stricter.Status);

        Assert.Equal(200, (await cluster.PatchAsync($"{TestCluster.Widgets}/one", """{"spec":{"size":4}}""")).Status);
        Assert.Equal(422, (await cluster.PatchAsync($"{TestCluster.Widgets}/one", """{"spec":{"code":"edcba"}}""")).Status);
    }
}
