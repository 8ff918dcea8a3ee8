using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace GovernedFinetune.Sandbox.Tests.Kubernetes;

public sealed class ListTests
{
    private const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

    [Fact]
    public async Task Pages_show_one_moment_and_expire()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        foreach (var name in new[] { "a", "b", "c", "d", "e" })
        {
            _ = await cluster.CreateWidgetAsync(name);
        }

        var first = await cluster.GetAsync($"{TestCluster.Widgets}?limit=2");
        Assert.Equal(("3", "a"), (first.At("metadata.remainingItemCount"), first.At("items.0.metadata.name")));
        _ = await cluster.DeleteAsync($"{TestCluster.Widgets}/d");
        _ = await cluster.CreateWidgetAsync("bb");

        var second = await cluster.GetAsync($"{TestCluster.Widgets}?limit=2&continue={first.At("metadata.continue")}");
        Assert.Equal(["c", "d"], Names(second));
        Assert.Equal(first.At("metadata.resourceVersion"), second.At("metadata.resourceVersion"));
        var third = await cluster.GetAsync($"{TestCluster.Widgets}?limit=2&continue={second.At("metadata.continue")}");
        Assert.Equal(["e"], Names(third));
        Assert.Equal("", third.At("metadata.continue"));

        using var forget = new HttpRequestMessage(HttpMethod.Delete, "/_sandbox/kubernetes/history");
        forget.Headers.Authorization = new("Bearer", cluster.Context.AdminToken);
        using var forgotten = await cluster.Client.SendAsync(forget);
        Assert.True(forgotten.IsSuccessStatusCode);
        var expired = await cluster.GetAsync($"{TestCluster.Widgets}?limit=2&continue={first.At("metadata.continue")}");
        Assert.Equal((410, "Expired"), (expired.Status, expired.At("reason")));
    }

    [Theory]
    [InlineData("labelSelector=tier%3Dgold", "a")]
    [InlineData("labelSelector=tier", "a,b")]
    [InlineData("labelSelector=!tier", "c")]
    [InlineData("labelSelector=tier!%3Dgold", "b,c")]
    [InlineData("labelSelector=tier in (gold, silver),app", "a")]
    [InlineData("labelSelector=tier notin (gold)", "b,c")]
    [InlineData("fieldSelector=metadata.name%3Db", "b")]
    [InlineData("fieldSelector=spec.color%3Dblue", "b")]
    [InlineData("fieldSelector=spec.color!%3Dblue,metadata.namespace%3D%3Ddefault", "a,c")]
    public async Task Selectors_select(string query, string expected)
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        _ = await cluster.CreateWidgetAsync("a", w => w["metadata"]!["labels"] = JsonNode.Parse("""{"tier":"gold","app":"x"}"""));
        _ = await cluster.CreateWidgetAsync("b", w =>
        {
            w["metadata"]!["labels"] = JsonNode.Parse("""{"tier":"silver"}""");
            w["spec"]!["color"] = "blue";
        });
        _ = await cluster.CreateWidgetAsync("c");
        Assert.Equal(expected.Split(','), Names(await cluster.GetAsync($"{TestCluster.Widgets}?{query}")));
    }

    [Theory]
    [InlineData("labelSelector=%3D%3D")]
    [InlineData("labelSelector=a in (b")]
    [InlineData("labelSelector=a%3Db c")]
    [InlineData("labelSelector=((((")]
    [InlineData("fieldSelector=spec.size%3D1")]
    [InlineData("fieldSelector=nonsense")]
    [InlineData("limit=x")]
    [InlineData("limit=")]
    [InlineData("continue=!!!")]
    [InlineData("resourceVersion=abc")]
    [InlineData("timeoutSeconds=soon")]
    public async Task A_malformed_query_is_400(string query)
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var answer = await cluster.GetAsync($"{TestCluster.Widgets}?{query}");
        Assert.Equal((400, "Status"), (answer.Status, answer.At("kind")));
    }

    [Fact]
    public async Task A_list_at_a_version_that_is_still_to_come_times_out_and_an_exact_old_one_has_expired()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var future = await cluster.GetAsync($"{TestCluster.Widgets}?resourceVersion=99999");
        Assert.Equal((504, "ResourceVersionTooLarge"), (future.Status, future.At("details.causes.0.reason")));
        var exact = await cluster.GetAsync($"{TestCluster.Widgets}?resourceVersion=1&resourceVersionMatch=Exact");
        Assert.Equal((410, "Expired"), (exact.Status, exact.At("reason")));
    }

    [Fact]
    public async Task A_table_has_the_printer_columns_with_filters_dates_and_priorities()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var cluster = await TestCluster.WithWidgetsAsync(clock);
        _ = await cluster.CreateWidgetAsync("one");
        _ = await cluster.PatchAsync(
            $"{TestCluster.Widgets}/one/status",
            """{"status":{"conditions":[{"type":"Other","status":"X"},{"type":"Ready","status":"False","reason":"Waiting"}]}}""");
        clock.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(3));

        var table = await cluster.GetAsync(TestCluster.Widgets, Table);
        Assert.Equal("Table", table.At("kind"));
        Assert.Equal(["Name", "Color", "Ready", "Reason", "Age"], table.Json["columnDefinitions"]!.AsArray().Select(c => c!["name"]!.ToString()));
        Assert.Equal([0, 0, 0, 1, 0], table.Json["columnDefinitions"]!.AsArray().Select(c => c!["priority"]!.GetValue<int>()));
        Assert.Equal("""["one","red","False","Waiting","5m3s"]""", table.At("rows.0.cells"));
        Assert.Equal("PartialObjectMetadata", table.At("rows.0.object.kind"));

        var whole = await cluster.GetAsync($"{TestCluster.Widgets}/one?includeObject=Object", Table);
        Assert.Equal("Widget", whole.At("rows.0.object.kind"));
    }

    [Fact]
    public async Task Metadata_alone_can_be_asked_for_and_an_unknown_form_is_406()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        _ = await cluster.CreateWidgetAsync("one");
        var list = await cluster.GetAsync(TestCluster.Widgets, "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io");
        Assert.Equal(("PartialObjectMetadataList", "one", null), (list.At("kind"), list.At("items.0.metadata.name"), list.At("items.0.spec")));
        Assert.Equal(406, (await cluster.GetAsync(TestCluster.Widgets, "application/xml")).Status);
    }

    private static List<string> Names(Answer list) => [.. list.Json["items"]!.AsArray().Select(i => i!["metadata"]!["name"]!.ToString())];
}
