using System.Net;
using Microsoft.Extensions.Time.Testing;

namespace GovernedFinetune.Sandbox.Tests.Kubernetes;

public sealed class WatchTests
{
    private const string Watch = $"{TestCluster.Widgets}?watch=true";
    private const string One = $"{TestCluster.Widgets}/one";

    [Fact]
    public async Task A_watch_without_a_version_begins_with_what_is_there()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        _ = await cluster.CreateWidgetAsync("one");
        using var watch = await cluster.WatchAsync(Watch);
        Assert.Equal("ADDED one", await watch.NextTextAsync());
        _ = await cluster.CreateWidgetAsync("two");
        _ = await cluster.PatchAsync(One, """{"spec":{"size":4}}""");
        var deletion = await cluster.DeleteAsync(One);
        Assert.Equal("ADDED two", await watch.NextTextAsync());
        Assert.Equal("MODIFIED one", await watch.NextTextAsync());
        var deleted = await watch.NextAsync();
        Assert.Equal("DELETED", deleted!["type"]!.ToString());
        Assert.Equal("4", deleted["object"]!["spec"]!["size"]!.ToString());
        Assert.Equal(200, deletion.Status);
    }

    [Fact]
    public async Task A_watch_from_a_list_misses_nothing_and_repeats_nothing()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        _ = await cluster.CreateWidgetAsync("one");
        var list = await cluster.GetAsync(TestCluster.Widgets);
        _ = await cluster.CreateWidgetAsync("two");
        using var watch = await cluster.WatchAsync($"{Watch}&resourceVersion={list.At("metadata.resourceVersion")}");
        _ = await cluster.CreateWidgetAsync("three");
        Assert.Equal("ADDED two", await watch.NextTextAsync());
        Assert.Equal("ADDED three", await watch.NextTextAsync());
    }

    [Fact]
    public async Task A_forgotten_version_is_an_Expired_event_in_the_stream()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var old = (await cluster.CreateWidgetAsync("one")).At("metadata.resourceVersion");
        _ = await cluster.CreateWidgetAsync("two");
        await AdminDeleteAsync(cluster, "history");

        using var watch = await cluster.WatchAsync($"{Watch}&resourceVersion={old}");
        Assert.Equal(HttpStatusCode.OK, watch.Status);
        var error = await watch.NextAsync();
        Assert.Equal("ERROR", error!["type"]!.ToString());
        Assert.Equal(("Status", "410", "Expired"), (error["object"]!["kind"]!.ToString(), error["object"]!["code"]!.ToString(), error["object"]!["reason"]!.ToString()));
        Assert.Null(await watch.NextAsync());
    }

    [Fact]
    public async Task The_history_is_bounded()
    {
        await using var cluster = await TestCluster.StartAsync();
        const string Map = "/api/v1/namespaces/default/configmaps/busy";
        var first = await cluster.PostAsync("/api/v1/namespaces/default/configmaps", Samples.ConfigMap("busy"));
        var padding = new string('x', 200_000);
        for (var i = 0; i < 350; i++)
        {
            _ = await cluster.PatchAsync(Map, $$$"""{"data":{"n":"{{{i}}}","p":"{{{padding}}}"}}""");
        }

        using var watch = await cluster.WatchAsync($"/api/v1/configmaps?watch=true&resourceVersion={first.At("metadata.resourceVersion")}");
        Assert.Equal("ERROR", (await watch.NextAsync())!["type"]!.ToString());
    }

    [Fact]
    public async Task Objects_enter_and_leave_the_view_of_a_selector()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        using var watch = await cluster.WatchAsync($"{Watch}&labelSelector=on%3Dyes");
        _ = await cluster.CreateWidgetAsync("one");
        _ = await cluster.PatchAsync(One, """{"metadata":{"labels":{"on":"yes"}}}""");
        var left = await cluster.PatchAsync(One, """{"metadata":{"labels":{"on":"no"}}}""");
        Assert.Equal("ADDED one", await watch.NextTextAsync());
        var gone = await watch.NextAsync();
        Assert.Equal(("DELETED", "yes"), (gone!["type"]!.ToString(), gone["object"]!["metadata"]!["labels"]!["on"]!.ToString()));
        Assert.Equal(left.At("metadata.resourceVersion"), gone["object"]!["metadata"]!["resourceVersion"]!.ToString());
    }

    [Fact]
    public async Task Bookmarks_come_by_the_clock_and_the_stream_ends_when_its_time_is_up()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var cluster = await TestCluster.WithWidgetsAsync(clock);
        var made = await cluster.CreateWidgetAsync("one");
        using var watch = await cluster.WatchAsync($"{Watch}&allowWatchBookmarks=true&timeoutSeconds=90&resourceVersion={made.At("metadata.resourceVersion")}");
        _ = await cluster.PostAsync("/api/v1/namespaces/default/configmaps", Samples.ConfigMap("elsewhere"));
        clock.Advance(TimeSpan.FromSeconds(60));
        var bookmark = await watch.NextAsync();
        Assert.Equal("BOOKMARK", bookmark!["type"]!.ToString());
        Assert.True(bookmark["object"]!["metadata"]!.AsObject().ContainsKey("creationTimestamp"));
        var current = (await cluster.GetAsync(TestCluster.Widgets)).At("metadata.resourceVersion");
        Assert.Equal(current, bookmark["object"]!["metadata"]!["resourceVersion"]!.ToString());
        clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Null(await watch.NextAsync());
    }

    [Fact]
    public async Task Initial_events_end_with_a_marked_bookmark()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        _ = await cluster.CreateWidgetAsync("one");
        using var watch = await cluster.WatchAsync($"{Watch}&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
        Assert.Equal("ADDED one", await watch.NextTextAsync());
        var end = await watch.NextAsync();
        Assert.Equal("BOOKMARK", end!["type"]!.ToString());
        Assert.Equal("true", end["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"]!.ToString());

        using var refused = await cluster.WatchAsync($"{Watch}&sendInitialEvents=true");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
    }

    [Fact]
    public async Task The_tables_of_a_watch_describe_their_columns_once()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        _ = await cluster.CreateWidgetAsync("one");
        using var request = new HttpRequestMessage(HttpMethod.Get, Watch);
        request.Headers.TryAddWithoutValidation("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io");
        using var response = await cluster.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var watch = new WatchReader(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
        var first = await watch.NextAsync();
        Assert.Equal(5, first!["object"]!["columnDefinitions"]!.AsArray().Count);
        _ = await cluster.PatchAsync(One, """{"spec":{"color":"blue"}}""");
        var second = await watch.NextAsync();
        Assert.Null(second!["object"]!["columnDefinitions"]);
        Assert.Equal("blue", second["object"]!["rows"]![0]!["cells"]![1]!.ToString());
    }

    [Fact]
    public async Task Watches_can_be_ended_as_a_restart_of_the_server_would()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        using var watch = await cluster.WatchAsync(Watch);
        await AdminDeleteAsync(cluster, "watches");
        Assert.Null(await watch.NextAsync());
    }

    private static async Task AdminDeleteAsync(TestCluster cluster, string what)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"/_sandbox/kubernetes/{what}");
        request.Headers.Authorization = new("Bearer", cluster.Context.AdminToken);
        using var response = await cluster.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }
}
