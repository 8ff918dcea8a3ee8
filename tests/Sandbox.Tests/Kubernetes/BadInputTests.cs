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

        var map = Samples.ConfigMap("big");
        map["data"]!["a"] = new string('x', (1 << 20) + 1);
        var full = await cluster.PostAsync("/api/v1/namespaces/default/configmaps", map);
        Assert.Equal((422, "ConfigMap \"big\" is invalid: []: Too long: may not be more than 1048576 bytes"), (full.Status, full.At("message")));
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
    [InlineData("GET", "/api/v1/namespaces/default/configmaps/%2e%2e%2fsecrets", 400)]
    public async Task An_odd_path_or_method_is_a_Status(string method, string path, int status)
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var answer = await cluster.SendAsync(new HttpMethod(method), path);
        Assert.Equal((status, "Status"), (answer.Status, answer.At("kind")));
    }

    [Theory]
    [InlineData("/api/v1/namespaces/default/configmaps/..", 400, "Name parameter invalid: \"..\": may not be '..'")]
    [InlineData("/api/v1/namespaces/default/configmaps/%2e%2e", 400, "may not be '..'")]
    [InlineData("/api/v1/namespaces/default/configmaps/../secrets", 400, "may not be '..'")]
    [InlineData("/api/v1/namespaces/default/configmaps/..%2f..%2fsecrets", 400, "may not be '..'")]
    [InlineData("/api/v1/namespaces/%2E%2E/secrets", 400, "may not be '..'")]
    [InlineData("/api/v1/namespaces/../../../version", 400, "may not be '..'")]
    [InlineData("/api/v1/namespaces/default/configmaps/%252e%252e", 400, "may not contain '%'")]
    [InlineData("/api/v1/namespaces/default%2Fconfigmaps/a%2Fb/c", 404, "could not find the requested resource")]
    [InlineData("/api/v1/namespaces/default/configmaps//a", 404, "could not find the requested resource")]
    [InlineData("/api//v1/namespaces", 404, "could not find the requested resource")]
    [InlineData("/api/v1/namespaces/default/configmaps/%zz", 400, "an escape that is none")]
    [InlineData("/api/v1/namespaces/default/configmaps/%ff%fe", 404, "not found")]
    [InlineData("/api/v1/namespaces/default%0a", 404, "not found")]
    [InlineData("//api/v1/namespaces/default", 404, "could not find the requested resource")]
    public async Task A_path_is_taken_as_it_was_sent(string path, int status, string message)
    {
        await using var cluster = await TestCluster.StartAsync();
        var uri = new Uri($"{cluster.Api.BaseAddress.GetLeftPart(UriPartial.Authority)}{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var response = await cluster.Client.GetAsync(uri);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal((status, "Status"), ((int)response.StatusCode, answer["kind"]!.ToString()));
        Assert.Contains(message, answer["message"]!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json;;;")]
    [InlineData("application/json, application/yaml")]
    [InlineData("text/plain")]
    [InlineData("application/cbor")]
    public async Task A_wrong_content_type_is_415(string mediaType)
    {
        await using var cluster = await TestCluster.StartAsync();
        var answer = await cluster.SendAsync(HttpMethod.Post, "/api/v1/namespaces/default/configmaps", Samples.ConfigMap("a").ToJsonString(), mediaType);
        Assert.Equal((415, "UnsupportedMediaType"), (answer.Status, answer.At("reason")));
    }

    [Theory]
    [InlineData("""{"kind":7}""", 400, "couldn't get version/kind")]
    [InlineData("""{"metadata":{"name":"b","deletionTimestamp":"yesterday"}}""", 400, "parsing time")]
    [InlineData("""{"metadata":{"name":"b","generation":9223372036854775808}}""", 400, "cannot be handled as a ConfigMap")]
    [InlineData("""{"metadata":{"name":"b"},"data":{"k\u0000":"x"}}""", 422, "a valid config key must consist of")]
    [InlineData("""{"metadata":{"name":"b"},"data":{"../k":"x"}}""", 422, "must not start with '..'")]
    [InlineData("""{"metadata":{"name":"b"},"data":{"k":"x"},"binaryData":{"k":"eA=="}}""", 422, "duplicate of key present in binaryData")]
    public async Task A_value_that_is_none_is_refused_by_name(string body, int status, string message)
    {
        await using var cluster = await TestCluster.StartAsync();
        var answer = await cluster.SendAsync(HttpMethod.Post, "/api/v1/namespaces/default/configmaps", body);
        Assert.Equal(status, answer.Status);
        Assert.Contains(message, answer.At("message"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("9223372036854775808", 422)]
    [InlineData("1e400", 400)]
    [InlineData("-0", 422)]
    [InlineData("1.5", 422)]
    [InlineData("3.0", 201)]
    [InlineData("1e1", 201)]
    [InlineData("\"3\"", 422)]
    public async Task Numbers_of_a_custom_resource_are_judged_by_their_value(string size, int status)
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var body = Samples.Widget("n").ToJsonString().Replace("\"color\"", $"\"size\":{size},\"color\"", StringComparison.Ordinal);
        var answer = await cluster.SendAsync(HttpMethod.Post, TestCluster.Widgets, body);
        Assert.True(answer.Status == status, answer.Text);
    }

    [Fact]
    public async Task A_custom_resource_must_say_what_it_is()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var nameless = Samples.Widget("one");
        _ = nameless.Remove("kind");
        var created = await cluster.PostAsync(TestCluster.Widgets, nameless);
        Assert.Equal((400, "the object provided is unrecognized (must be of type Widget): Object 'Kind' is missing"), (created.Status, created.At("message")));
        Assert.Equal(400, (await cluster.ApplyAsync("/api/v1/namespaces/default/configmaps/a", "{}", "m")).Status);
    }

    [Theory]
    [InlineData("labelSelector=a%3Eb", "for 'Gt', 'Lt' operators, the value must be an integer")]
    [InlineData("fieldSelector=metadata.name%3D%3D%3Da", "unescaped character in value: 61")]
    [InlineData("fieldSelector=metadata.name%3Da%5C", "invalid escape sequence")]
    [InlineData("resourceVersion=0&resourceVersionMatch=Exact", "is forbidden for resourceVersion \"0\"")]
    [InlineData("sendInitialEvents=true", "sendInitialEvents is forbidden for list")]
    [InlineData("limit=99999999999999999999", "value out of range")]
    public async Task Options_of_a_list_that_make_no_sense_are_refused(string query, string message)
    {
        await using var cluster = await TestCluster.StartAsync();
        var answer = await cluster.GetAsync($"/api/v1/namespaces/default/configmaps?{query}");
        Assert.Contains(message, answer.At("message"), StringComparison.Ordinal);
        Assert.InRange(answer.Status, 400, 422);
    }

    [Fact]
    public async Task A_long_selector_and_long_headers_reach_the_API()
    {
        await using var cluster = await TestCluster.StartAsync();
        var selector = string.Join(',', Enumerable.Repeat("a%3Db", 900));
        Assert.Equal(200, (await cluster.GetAsync($"/api/v1/namespaces/default/configmaps?labelSelector={selector}")).Status);
        cluster.Client.DefaultRequestHeaders.Add("X-Long", new string('x', 60_000));
        Assert.Equal(200, (await cluster.GetAsync("/api/v1/namespaces/default/configmaps")).Status);
    }

    [Theory]
    [InlineData("^(a+)+$")]
    [InlineData("^(a|aa)+$")]
    [InlineData("^(.*a){20}$")]
    [InlineData("([a-z]+)*[0-9]$")]
    public async Task No_pattern_of_a_definition_is_slow_in_schema_or_CEL(string pattern)
    {
        await using var cluster = await TestCluster.WithWidgetsAsync(change: d =>
        {
            Samples.SpecProperties(d)["code"] = new JsonObject { ["type"] = "string", ["pattern"] = pattern };
            Samples.SpecProperties(d)["note"] = JsonNode.Parse($$"""{"type":"string","maxLength":200000,"x-kubernetes-validations":[{"rule":"self.matches('{{pattern}}')","message":"no"}]}""");
        });
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var schema = await cluster.CreateWidgetAsync("one", w => w["spec"]!["code"] = new string('a', 200_000) + "!");
        var cel = await cluster.CreateWidgetAsync("one", w => w["spec"]!["note"] = new string('a', 199_999) + "!");
        Assert.Equal((422, 422), (schema.Status, cel.Status));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }
}
