using System.Text;
using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Tests.Kubernetes;

public sealed class BadInputTests
{
    [Theory]
    [InlineData("", 400)]
    [InlineData("{", 400)]
    [InlineData("null", 400)]
    [InlineData("[]", 400)]
    [InlineData("{\"metadata\": 7}", 400)]
    [InlineData("{\"metadata\":{\"name\":7}}", 400)]
    [InlineData("{\"metadata\":{\"name\":\"a\",\"labels\":{\"x\":1}}}", 400)]
    [InlineData("{\"metadata\":{\"name\":\"../../x\"}}", 422)]
    [InlineData("{\"metadata\":{\"name\":\"Upper\"}}", 422)]
    [InlineData("{\"metadata\":{\"name\":\"a\",\"labels\":{\"bad key!\":\"x\"}}}", 422)]
    [InlineData("{\"metadata\":{\"name\":\"a\",\"labels\":{\"k\":\"-\"}}}", 422)]
    [InlineData("{\"metadata\":{\"name\":\"a\",\"finalizers\":[\"no good\"]}}", 422)]
    [InlineData("{\"metadata\":{\"name\":\"a\",\"ownerReferences\":[{\"uid\":\"\"}]}}", 422)]
    [InlineData("{\"metadata\":{\"name\":\"a\"},\"data\":{\"k\":\"\\ud800\"}}", 400)]
    [InlineData("{\"n\":1e999}", 400)]
    public async Task A_bad_body_is_refused_with_a_Status(string body, int status)
    {
        await using var cluster = await TestCluster.StartAsync();
        var answer = await cluster.SendAsync(HttpMethod.Post, "/api/v1/namespaces/default/configmaps", body);
        Assert.Equal((status, "Status", "Failure"), (answer.Status, answer.At("kind"), answer.At("status")));
    }

    [Fact]
    public async Task Names_are_limited_to_253_characters()
    {
        await using var cluster = await TestCluster.StartAsync();
        Assert.Equal(201, (await cluster.PostAsync("/api/v1/namespaces/default/configmaps", Samples.ConfigMap(new string('a', 253)))).Status);
        Assert.Equal(422, (await cluster.PostAsync("/api/v1/namespaces/default/configmaps", Samples.ConfigMap(new string('a', 254)))).Status);
    }

    [Fact]
    public async Task Deep_nesting_is_refused_in_JSON_and_YAML()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 5000)) + "1" + new string('}', 5000);
        var json = await cluster.SendAsync(HttpMethod.Post, TestCluster.Widgets, $$$"""{"metadata":{"name":"a"},"spec":{"color":"red","extra":{{{deep}}}}}""");
        Assert.Equal(400, json.Status);
        var yaml = await cluster.ApplyAsync($"{TestCluster.Widgets}/a", "spec: " + string.Concat(Enumerable.Repeat("[", 5000)), "x");
        Assert.Equal(400, yaml.Status);
    }

    [Fact]
    public async Task A_YAML_document_that_explodes_is_refused()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (var i = 1; i < 10; i++)
        {
            _ = bomb.Append(System.Globalization.CultureInfo.InvariantCulture, $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        var answer = await cluster.ApplyAsync($"{TestCluster.Widgets}/a", bomb.ToString(), "x");
        Assert.Equal(400, answer.Status);
        Assert.Contains("expands to more than", answer.At("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_over_3_MiB_and_an_object_over_the_stores_limit_are_413()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        foreach (var size in new[] { 2 << 20, 4 << 20 })
        {
            var answer = await cluster.CreateWidgetAsync("big", w => w["spec"]!["extra"] = new JsonObject { ["a"] = new string('x', size) });
            Assert.Equal((413, "RequestEntityTooLarge"), (answer.Status, answer.At("reason")));
        }
    }

    [Fact]
    public async Task A_pattern_that_is_made_to_be_slow_is_not()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync(change: d => Samples.SpecProperties(d)["code"] = JsonNode.Parse("""{"type":"string","pattern":"^(a+)+$"}"""));
        var answer = await cluster.CreateWidgetAsync("one", w => w["spec"]!["code"] = new string('a', 100_000) + "!");
        Assert.Equal(422, answer.Status);
    }

    [Theory]
    [InlineData("GET", "/", 404)]
    [InlineData("GET", "/nothing", 404)]
    [InlineData("GET", "/api/v1/nothing", 404)]
    [InlineData("GET", "/api/v1/namespaces/default/configmaps/a/b/c/d", 404)]
    [InlineData("GET", "/apis/demo.example.com/v1/widgets/one", 404)]
    [InlineData("POST", "/api/v1/configmaps", 400)]
    [InlineData("PUT", "/api/v1/namespaces/default/configmaps", 405)]
    [InlineData("POST", "/api/v1/namespaces/default/configmaps/a", 405)]
    [InlineData("TRACE", "/api/v1/namespaces", 405)]
    [InlineData("POST", "/version/x", 405)]
    [InlineData("PATCH", "/apis/demo.example.com/v1/namespaces/default/widgets/one/scale", 404)]
    [InlineData("GET", "/api/v1/namespaces/default/configmaps/%2e%2e%2fsecrets", 404)]
    public async Task An_odd_path_or_method_is_a_Status(string method, string path, int status)
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var answer = await cluster.SendAsync(new HttpMethod(method), path);
        Assert.Equal((status, "Status"), (answer.Status, answer.At("kind")));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task No_mutilated_request_makes_the_server_fail(int seed)
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        _ = await cluster.CreateWidgetAsync("one", w => w["spec"]!["parts"] = JsonNode.Parse("""[{"name":"x"}]"""));
        var mutation = new Mutation(seed);
        for (var i = 0; i < 150; i++)
        {
            var (method, path, body, mediaType) = mutation.Next();
            var answer = await cluster.SendAsync(method, path, body, mediaType);
            Assert.True(answer.Status is >= 200 and < 500 or 504, $"seed {seed}, request {i}: {method} {path} [{mediaType}] {body} -> {answer.Status} {answer.Text}");
            Assert.True(answer.Status < 400 || answer.At("kind") == "Status", answer.Text);
        }

        Assert.Equal(200, (await cluster.GetAsync(TestCluster.Widgets)).Status);
    }

    /// <summary>Makes requests by breaking good ones.</summary>
    private sealed class Mutation(int seed)
    {
        private static readonly string[] Values =
            ["null", "7", "-1", "1e300", "\"\"", "\"x\"", "true", "[]", "{}", "[null]", "{\"a\":null}", "[[[]]]", "{\"$patch\":\"delete\"}", "\"2026-01-01T00:00:00Z\"", "[{\"name\":null}]"];

        private static readonly string[] Fields =
            ["metadata", "name", "namespace", "labels", "annotations", "finalizers", "ownerReferences", "managedFields", "resourceVersion", "deletionTimestamp", "spec", "status", "color", "size", "parts", "tags", "extra", "conditions", "names", "versions", "schema", "openAPIV3Schema", "properties", "type", "x-kubernetes-validations", "additionalPrinterColumns", "data", "rules", "kind", "apiVersion"];

        private readonly Random _random = new(seed);

        public (HttpMethod Method, string Path, string Body, string MediaType) Next()
        {
            string[] paths =
            [
                TestCluster.Widgets, $"{TestCluster.Widgets}/one", $"{TestCluster.Widgets}/one/status", "/api/v1/namespaces/default/configmaps", "/api/v1/namespaces/default/secrets/s",
                "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", "/apis/coordination.k8s.io/v1/namespaces/default/leases/l", "/apis/events.k8s.io/v1/namespaces/default/events",
                "/apis/apps/v1/namespaces/default/deployments", "/apis/rbac.authorization.k8s.io/v1/clusterroles", "/api/v1/namespaces",
            ];
            string[] mediaTypes =
                ["application/json", "application/merge-patch+json", "application/json-patch+json", "application/strategic-merge-patch+json", "application/apply-patch+yaml", "application/vnd.kubernetes.protobuf", "application/yaml", "text/plain"];
            string[] queries = ["", "?fieldManager=m", "?fieldManager=m&force=true", "?dryRun=All", "?fieldValidation=Strict", "?dryRun=Some", "?force=perhaps", "?fieldValidation=Loose"];
            HttpMethod[] methods = [HttpMethod.Post, HttpMethod.Put, HttpMethod.Patch, HttpMethod.Patch, HttpMethod.Delete];
            return (Pick(methods), Pick(paths) + Pick(queries), Body(), Pick(mediaTypes));
        }

        private string Body()
        {
            var source = _random.Next(4) switch
            {
                0 => Samples.WidgetDefinition(),
                1 => Samples.ConfigMap("c"),
                2 => JsonNode.Parse($$"""[{"op":"{{Pick(["add", "remove", "replace", "move", "copy", "test"])}}","path":"/{{Pick(Fields)}}/{{Pick(Fields)}}","from":"/{{Pick(Fields)}}","value":{{Pick(Values)}}}]""")!,
                _ => Samples.Widget("one"),
            };
            for (var i = _random.Next(4); i > 0; i--)
            {
                Break(source, _random.Next(8));
            }

            var text = source.ToJsonString();
            return _random.Next(10) == 0 ? text[.._random.Next(text.Length)] : text;
        }

        private void Break(JsonNode node, int depth)
        {
            var children = node switch
            {
                JsonObject o => o.Where(m => m.Value is JsonObject or JsonArray).Select(m => m.Value!).ToList(),
                JsonArray a => a.Where(i => i is JsonObject or JsonArray).Select(i => i!).ToList(),
                _ => [],
            };
            if (depth > 0 && children.Count > 0)
            {
                Break(Pick(children), depth - 1);
            }
            else if (node is JsonObject members)
            {
                var known = members.Select(m => m.Key).ToArray();
                members[known.Length > 0 && _random.Next(2) == 0 ? Pick(known) : Pick(Fields)] = JsonNode.Parse(Pick(Values));
            }
            else if (node is JsonArray items)
            {
                items.Add(JsonNode.Parse(Pick(Values)));
            }
        }

        private T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];
    }
}
