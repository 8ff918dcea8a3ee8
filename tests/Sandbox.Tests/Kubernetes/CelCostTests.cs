using System.Globalization;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Cel;
using GovernedFinetune.Sandbox.Kubernetes.Cel.Cost;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Schema;
using Xunit.Abstractions;

namespace GovernedFinetune.Sandbox.Tests.Kubernetes;

/// <summary>The estimate of what rules cost. The numbers are those that Kubernetes 1.36 itself computes for these rules.</summary>
public sealed class CelCostTests(ITestOutputHelper output)
{
    private const string Schema =
        """
        {"type":"object","required":["name"],"properties":{
          "name":{"type":"string"}, "short":{"type":"string","maxLength":10}, "en":{"type":"string","enum":["aa","bbbb"]},
          "num":{"type":"integer"}, "flag":{"type":"boolean"}, "due":{"type":"string","format":"date-time"}, "blob":{"type":"string","format":"byte"},
          "blobm":{"type":"string","format":"byte","maxLength":100}, "port":{"x-kubernetes-int-or-string":true}, "portm":{"x-kubernetes-int-or-string":true,"maxLength":20},
          "tags":{"type":"array","items":{"type":"string"}}, "tagsm":{"type":"array","maxItems":5,"items":{"type":"string","maxLength":7}},
          "map":{"type":"object","additionalProperties":{"type":"string"}}, "mapm":{"type":"object","maxProperties":6,"additionalProperties":{"type":"string","maxLength":3}},
          "objsm":{"type":"array","maxItems":11,"items":{"type":"object","required":["k"],"properties":{"k":{"type":"string","maxLength":8},"v":{"type":"integer"}}}}}}
        """;

    [Theory]
    [InlineData("true", 0)]
    [InlineData("self.name == 'a'", 3)]
    [InlineData("!self.flag || has(self.name)", 4)]
    [InlineData("self.name.contains('abc')", 314575)]
    [InlineData("self.short.contains(self.name)", 1258296)]
    [InlineData("self.name.startsWith(self.short)", 8)]
    [InlineData("self.name.matches('^[a-z]+$')", 629148)]
    [InlineData("self.name + 'x' == 'yx'", 314576)]
    [InlineData("self.due < timestamp('2026-01-01T00:00:00Z')", 4)]
    [InlineData("self.blob == self.blobm", 14)]
    [InlineData("self.port == self.portm", 12)]
    [InlineData("self.en in ['aa', 'bbbb']", 14)]
    [InlineData("'a' in self.tags", 1048577)]
    [InlineData("'a' in self.map", 3)]
    [InlineData("self.map.all(k, self.map[k] == 'a')", 3145723)]
    [InlineData("self.mapm.exists(k, k.startsWith('a') && self.mapm[k] == k)", 69)]
    [InlineData("self.tagsm.all(t, self.tagsm.exists_one(u, u == t))", 213)]
    [InlineData("self.tags.all(t, self.tags.exists(u, u == t))", 345882608640773328)]
    [InlineData("self.tagsm.map(t, t + 'x').all(t, t.contains('yy'))", 114)]
    [InlineData("self.tagsm.filter(t, t != 'a').size() == 2", 90)]
    [InlineData("self.tagsm.isSorted()", 22)]
    [InlineData("self.tagsm.join(',').contains('xyz')", 32)]
    [InlineData("self.name.replace('a', 'bb') == 'x'", 629149)]
    [InlineData("self.short.replace(self.en, 'xyzzy').contains('abc')", 37)]
    [InlineData("self.short.split(',', 3).all(p, p == 'a')", 23)]
    [InlineData("self.short.findAll('[a-z]+').all(m, m == 'a')", 173)]
    [InlineData("self.objsm.all(o, oldSelf.objsm.exists(p, p.k == o.k))", 1521)]
    [InlineData("(self.flag ? self.tags : self.tagsm).all(t, t == 'a')", 4194305)]
    [InlineData("{'a': 'x', 'bbb': self.name}['a'] == 'abcdef'", 34)]
    [InlineData("dyn(self.short).contains('abc')", 7)]
    [InlineData("self == oldSelf", 2)]
    public void A_rule_costs_what_the_real_server_says(string rule, ulong cost) => Assert.Equal(cost, Compile(rule).Rules[0].Cost);

    [Theory]
    [InlineData("""{"type":"array","items":ITEM}""", 3UL * 1048576)]
    [InlineData("""{"type":"array","maxItems":7,"items":ITEM}""", 3UL * 7)]
    [InlineData("""{"type":"array","maxItems":7,"items":{"type":"object","maxProperties":5,"additionalProperties":ITEM}}""", 3UL * 35)]
    [InlineData("""{"type":"array","maxItems":7,"items":{"type":"array","items":ITEM}}""", 3UL * 1048576)]
    public void A_rule_is_counted_as_often_as_its_value_may_occur(string schema, ulong cost)
    {
        const string Item = """{"type":"string","maxLength":4,"x-kubernetes-validations":[{"rule":"self.contains('a') || self == 'b'"}]}""";
        var root = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["a"] = JsonNode.Parse(schema.Replace("ITEM", Item, StringComparison.Ordinal)) } };

        // contains costs 3 (1 for the variable, 2 for the walk), == costs 2.
        Assert.Equal(cost / 3 * 5, Compile(root).Rules[0].Cost);
    }

    [Fact]
    public async Task An_unbounded_list_of_unbounded_strings_is_refused_under_a_quadratic_rule()
    {
        await using var cluster = await TestCluster.StartAsync();
        var definition = Samples.WidgetDefinition();
        var steps = Samples.SpecProperties(definition)["steps"]!.AsObject();
        steps["x-kubernetes-validations"] = JsonNode.Parse("""[{"rule":"self.all(a, self.exists_one(b, a == b))"}]""");

        var refused = await cluster.PostAsync("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition);
        Assert.Equal(422, refused.Status);
        const string Rule = "spec.validation.openAPIV3Schema.properties[spec].properties[steps].x-kubernetes-validations[0].rule";
        Assert.Contains(
            $"{Rule}: Forbidden: estimated rule cost exceeds budget by factor of more than 100x (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)",
            refused.At("message"),
            StringComparison.Ordinal);
        Assert.Contains($"{Rule}: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema", refused.At("message"), StringComparison.Ordinal);
        Assert.Contains("spec.validation.openAPIV3Schema: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget", refused.At("message"), StringComparison.Ordinal);
        Assert.Equal(404, (await cluster.GetAsync(TestCluster.Widgets)).Status);

        // The hint helps: with limits the same rule is cheap.
        steps["maxItems"] = 20;
        steps["items"]!["maxLength"] = 64;
        var accepted = await cluster.PostAsync("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition);
        Assert.True(accepted.Status == 201, accepted.Text);
    }

    [Theory]
    [InlineData("self.short.replace('a', self.name).contains('x')", "exceeds budget by factor of 1.258292x")]
    [InlineData("self.name.split(',').all(p, p.size() > 1)", "exceeds budget by factor of 2.0x")]
    public void The_factor_is_rounded_as_upstream_rounds_it(string rule, string message)
    {
        var errors = new List<FieldError>();
        _ = Compile(rule, errors);
        Assert.Contains(errors, e => e.Body.Contains(message, StringComparison.Ordinal));
    }

    [Fact]
    public void Many_rules_that_are_cheap_alone_are_refused_together()
    {
        var properties = new JsonObject();
        for (var i = 0; i < 12; i++)
        {
            var rule = new JsonObject { ["rule"] = $"self.contains('{new string('c', 280)}')" };
            properties[$"p{i}"] = new JsonObject { ["type"] = "string", ["x-kubernetes-validations"] = new JsonArray(rule) };
        }

        var errors = new List<FieldError>();
        var ledger = Compile(new JsonObject { ["type"] = "object", ["properties"] = properties }, errors);
        Assert.All(ledger.Rules, rule => Assert.InRange(rule.Cost, CostLedger.PerSchema / 12, CostLedger.PerRule));
        Assert.Equal(4, errors.Count(e => e.Body.Contains("contributed to estimated rule cost total", StringComparison.Ordinal)));
        Assert.Single(errors, e => e.Body.Contains("estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of 1.0", StringComparison.Ordinal));
    }

    [Fact]
    public void The_products_own_definitions_are_far_below_the_limits()
    {
        foreach (var file in Directory.GetFiles(Repository.PathOf("config/crds"), "*.yaml"))
        {
            var version = YamlReading.Parse(File.ReadAllText(file)).Object("spec").Array("versions")![0];
            var errors = new List<FieldError>();
            var ledger = Compile(version.Object("schema").Object("openAPIV3Schema")!, errors);

            Assert.Empty(errors);
            Assert.NotEmpty(ledger.Rules);
            var dearest = ledger.Rules.MaxBy(rule => rule.Cost)!;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(file)}: {ledger.Rules.Count} rules, {ledger.Total} in all = {100.0 * ledger.Total / CostLedger.PerSchema:0.####} % of the limit; dearest {dearest.Field}: {dearest.Cost} = {100.0 * dearest.Cost / CostLedger.PerRule:0.####} %"));
            Assert.InRange(ledger.Total, 1UL, CostLedger.PerSchema / 100);
        }
    }

    private static CostLedger Compile(string rule, List<FieldError>? errors = null)
    {
        var root = JsonNode.Parse(Schema)!.AsObject();
        root["x-kubernetes-validations"] = new JsonArray(new JsonObject { ["rule"] = rule });
        return Compile(new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["spec"] = root } }, errors);
    }

    private static CostLedger Compile(JsonObject schema, List<FieldError>? errors = null)
    {
        var schemaReader = new SchemaReader();
        return RuleCompiler.CompileAll(schemaReader.Read(schema, FieldPath.Root), FieldPath.Root, errors ?? []);
    }
}
