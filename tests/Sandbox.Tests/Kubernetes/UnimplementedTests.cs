using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Cel;

namespace GovernedFinetune.Sandbox.Tests.Kubernetes;

/// <summary>What real servers have and this one has not is refused by name when it is defined, and never ignored.</summary>
public sealed class UnimplementedTests
{
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    [Theory]
    [InlineData("type(1) == int", "'type'")]
    [InlineData("quantity('1Gi').isGreaterThan(quantity('1Mi'))", "'quantity'")]
    [InlineData("isQuantity('1')", "'isQuantity'")]
    [InlineData("url('https://a').getHost() == 'a'", "'url'")]
    [InlineData("isURL('a')", "'isURL'")]
    [InlineData("ip('127.0.0.1').family() == 4", "'ip'")]
    [InlineData("isIP('a')", "'isIP'")]
    [InlineData("cidr('10.0.0.0/8').prefixLength() == 8", "'cidr'")]
    [InlineData("isCIDR('a')", "'isCIDR'")]
    [InlineData("semver('1.2.3').major() == 1", "'semver'")]
    [InlineData("isSemver('1.2.3')", "'isSemver'")]
    [InlineData("format.named('dns1123Label').hasValue()", "'format'")]
    [InlineData("sets.contains([1], [1])", "'sets'")]
    [InlineData("math.greatest(1, 2) == 2", "'math'")]
    [InlineData("optional.of(1).hasValue()", "'optional'")]
    [InlineData("base64.encode(b'x') == ''", "bytes literals")]
    [InlineData("'a'.reverse() == 'a'", "'reverse'")]
    [InlineData("strings.quote('a') == ''", "'strings'")]
    [InlineData("'%s'.format(['a']) == 'a'", "'format'")]
    [InlineData("bytes('a') == bytes('a')", "'bytes'")]
    [InlineData("uint(1) == uint(1)", "'uint'")]
    [InlineData("1u == 1u", "uint literals")]
    [InlineData("cel.bind(x, 1, x == 1)", "'cel'")]
    [InlineData("[1].all(i, x, x == 1)", "two-variable macro 'all'")]
    [InlineData("[1].exists(i, x, x == 1)", "two-variable macro 'exists'")]
    [InlineData("[1].transformList(i, x, x) == [1]", "two-variable macro 'transformList'")]
    [InlineData("{'a': 1}.transformMap(k, v, v) == {'a': 1}", "two-variable macro 'transformMap'")]
    [InlineData("self.?a.hasValue()", "optional field selection")]
    [InlineData("[1][?0].hasValue()", "optional indexing")]
    [InlineData("authorizer.group('').resource('pods').check('get').allowed()", "'authorizer'")]
    [InlineData("[[1]].flatten() == [1]", "'flatten'")]
    [InlineData("[1, 1].distinct() == [1]", "'distinct'")]
    [InlineData("Point{x: 1}.x == 1", "Syntax error")]
    public void A_CEL_construct_is_refused_by_name(string expression, string named)
    {
        var refused = Assert.Throws<CelCompileException>(() => Checker.Check(Parser.Parse(expression), new Dictionary<string, CelType> { ["self"] = CelType.Dyn }));
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("spec.conversion.strategy", "/spec/conversion", """{"strategy":"Webhook","webhook":{"conversionReviewVersions":["v1"]}}""", "does not implement conversion webhooks")]
    [InlineData("spec.conversion.strategy", "/spec/conversion", """{"strategy":"Magic"}""", "Unsupported value")]
    [InlineData("spec.subresources.scale", "/spec/versions/0/subresources/scale", """{"specReplicasPath":".spec.size","statusReplicasPath":".status.size"}""", "does not implement the scale subresource")]
    [InlineData("spec.preserveUnknownFields", "/spec/preserveUnknownFields", "true", "set x-kubernetes-preserve-unknown-fields")]
    [InlineData("spec.versions", "/spec/versions/1", """{"name":"v1","served":true,"storage":false,"schema":{"openAPIV3Schema":{"type":"object"}}}""", "must contain unique version names")]
    [InlineData("spec.selectableFields[0].jsonPath", "/spec/versions/0/selectableFields/0", """{"jsonPath":".spec.parts[0].name"}""", "is an invalid path")]
    public async Task A_feature_of_definitions_is_refused_by_name(string field, string path, string value, string message)
    {
        await using var cluster = await TestCluster.StartAsync();
        var definition = Samples.WidgetDefinition();
        JsonNode at = definition;
        var steps = path.Split('/')[1..];
        foreach (var step in steps[..^1])
        {
            at = at is JsonArray items ? items[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)]! : at[step]!;
        }

        if (at is JsonArray list)
        {
            list.Insert(int.Parse(steps[^1], System.Globalization.CultureInfo.InvariantCulture), JsonNode.Parse(value));
        }
        else
        {
            at[steps[^1]] = JsonNode.Parse(value);
        }

        var answer = await cluster.PostAsync(Definitions, definition);
        Assert.True(answer.Status == 422, answer.Text);
        Assert.Contains(field, answer.Fields);
        Assert.Contains(message, answer.At("message"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$ref", "\"#/definitions/x\"", "$ref is not supported")]
    [InlineData("definitions", """{"a":{"type":"string"}}""", "definitions is not supported")]
    [InlineData("dependencies", """{"a":["b"]}""", "dependencies is not supported")]
    [InlineData("patternProperties", """{"a":{"type":"string"}}""", "patternProperties is not supported")]
    [InlineData("additionalItems", "true", "additionalItems is not supported")]
    [InlineData("id", "\"x\"", "id is not supported")]
    [InlineData("uniqueItems", "true", "uniqueItems cannot be set to true")]
    [InlineData("format", "\"isbn\"", "does not implement this format")]
    [InlineData("type", "\"null\"", "type cannot be set to null")]
    [InlineData("pattern", "\"(?m)^a$\"", "implements the flags i and s only")]
    [InlineData("pattern", "\"((a{99}){99}){99}\"", "invalid repeat count")]
    [InlineData("x-kubernetes-preserve-unknown-fields", "false", "must be true or undefined")]
    [InlineData("x-kubernetes-embedded-resource", "true", "must be object if x-kubernetes-embedded-resource is true")]
    [InlineData("x-kubernetes-int-or-string", "true", "implements x-kubernetes-int-or-string only where type is empty")]
    [InlineData("x-kubernetes-list-type", "\"bag\"", "Unsupported value: \"bag\"")]
    [InlineData("x-kubernetes-map-type", "\"bag\"", "Unsupported value: \"bag\"")]
    [InlineData("x-kubernetes-validations", """[{"rule":"self == oldSelf.orValue('x')","optionalOldSelf":true}]""", "does not implement optionalOldSelf")]
    [InlineData("x-kubernetes-validations", """[{"rule":"true","reason":"FieldValueNope"}]""", "Unsupported value: \"FieldValueNope\"")]
    [InlineData("x-kubernetes-validations", """[{"rule":"true","fieldPath":"['a']"}]""", "only .name steps are implemented")]
    public async Task A_keyword_of_schemas_is_refused_by_name(string keyword, string value, string message)
    {
        await using var cluster = await TestCluster.StartAsync();
        var definition = Samples.WidgetDefinition();
        Samples.SpecProperties(definition)["code"]![keyword] = JsonNode.Parse(value);
        var answer = await cluster.PostAsync(Definitions, definition);
        Assert.True(answer.Status == 422, answer.Text);
        Assert.Contains(message, answer.At("message"), StringComparison.Ordinal);
        Assert.Contains(answer.Fields, f => f.StartsWith("spec.validation.openAPIV3Schema.properties[spec].properties[code]", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("x-kubernetes-nonsense")]
    [InlineData("x-kubernetes-selectable")]
    [InlineData("if")]
    [InlineData("const")]
    public async Task A_keyword_that_no_server_knows_is_warned_of_or_refused(string keyword)
    {
        await using var cluster = await TestCluster.StartAsync();
        var definition = Samples.WidgetDefinition();
        Samples.SpecProperties(definition)["code"]![keyword] = true;
        var unknown = $"unknown field \"spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.code.{keyword}\"";
        var strict = await cluster.PostAsync($"{Definitions}?fieldValidation=Strict", definition);
        Assert.Equal(400, strict.Status);
        Assert.Contains(unknown, strict.At("message"), StringComparison.Ordinal);
        var warned = await cluster.PostAsync(Definitions, definition);
        Assert.Equal(201, warned.Status);
        Assert.Contains(warned.Warnings, w => w.Contains(unknown.Replace("\"", "\\\"", StringComparison.Ordinal), StringComparison.Ordinal));
    }
}
