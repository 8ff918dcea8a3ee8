using System.Globalization;
using System.Text.Json.Nodes;
using GovernedFinetune.Compat.Tests.Contract.Support;

namespace GovernedFinetune.Compat.Tests.Contract;

public sealed class WatchTests(WidgetCluster cluster) : IClassFixture<WidgetCluster>, IAsyncLifetime
{
    private string _widgets = "";

    public async Task InitializeAsync() => _widgets = $"/apis/{cluster.Cluster.Group}/v1/namespaces/{await cluster.Cluster.NewNamespaceAsync()}/widgets";

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Without_a_version_everything_that_is_there_comes_first_and_then_what_changes()
    {
        await CreateAsync("a");
        using var watch = await cluster.Client.WatchAsync(_widgets);
        Assert.Equal("ADDED a", await watch.NextTextAsync());
        await CreateAsync("b");
        Assert.Equal("ADDED b", await watch.NextTextAsync());
        await PatchAsync("b", """{"spec":{"size":5}}""");
        Assert.Equal("MODIFIED b", await watch.NextTextAsync());
        await DeleteAsync("b");
        Assert.Equal("DELETED b", await watch.NextTextAsync());
    }

    [Fact]
    public async Task From_the_version_of_a_list_only_later_changes_come_and_each_once()
    {
        await CreateAsync("a");
        var version = (await cluster.Client.GetAsync(_widgets)).At("metadata.resourceVersion");
        await CreateAsync("b");
        await PatchAsync("a", """{"spec":{"size":5}}""");

        using var watch = await cluster.Client.WatchAsync($"{_widgets}?resourceVersion={version}");
        var added = (await watch.NextAsync())!;
        Assert.Equal(("ADDED", "b"), (added.At("type"), added.At("object.metadata.name")));
        Assert.Equal("MODIFIED a", await watch.NextTextAsync());

        using var resumed = await cluster.Client.WatchAsync($"{_widgets}?resourceVersion={added.At("object.metadata.resourceVersion")}");
        Assert.Equal("MODIFIED a", await resumed.NextTextAsync());
    }

    [Fact]
    public async Task A_deletion_carries_the_last_state_at_the_version_of_the_deletion()
    {
        await CreateAsync("a");
        var last = await cluster.Client.GetAsync($"{_widgets}/a");
        using var watch = await cluster.Client.WatchAsync($"{_widgets}?resourceVersion={last.At("metadata.resourceVersion")}");
        await DeleteAsync("a");

        var deleted = await watch.NextChangeAsync();
        Assert.Equal(("DELETED", "red", last.At("metadata.uid")), (deleted.At("type"), deleted.At("object.spec.color"), deleted.At("object.metadata.uid")));
        Assert.True(Version(deleted) > long.Parse(last.At("metadata.resourceVersion")!, CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_deletion_that_a_finalizer_holds_up_is_a_change_first()
    {
        await CreateAsync("a");
        await PatchAsync("a", """{"metadata":{"finalizers":["example.com/hold"]}}""");
        using var watch = await cluster.Client.WatchAsync(_widgets);
        _ = await watch.NextAsync();
        await DeleteAsync("a");
        var marked = await watch.NextChangeAsync();
        Assert.Equal("MODIFIED", marked.At("type"));
        Assert.NotNull(marked.At("object.metadata.deletionTimestamp"));
        await PatchAsync("a", """{"metadata":{"finalizers":null}}""");
        Assert.Equal("DELETED a", await watch.NextTextAsync());
    }

    [Fact]
    public async Task The_end_of_the_initial_events_is_a_bookmark_that_says_so()
    {
        await CreateAsync("a");
        await CreateAsync("b");
        using var watch = await cluster.Client.WatchAsync($"{_widgets}?sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
        Assert.Equal("ADDED a", await watch.NextTextAsync());
        Assert.Equal("ADDED b", await watch.NextTextAsync());
        var bookmark = (await watch.NextAsync())!;
        Assert.Equal(("BOOKMARK", "Widget"), (bookmark.At("type"), bookmark.At("object.kind")));
        Assert.Equal("true", bookmark["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"]!.ToString());

        await PatchAsync("a", """{"spec":{"size":5}}""");
        Assert.Equal("MODIFIED a", await watch.NextTextAsync());
        using var resumed = await cluster.Client.WatchAsync($"{_widgets}?resourceVersion={bookmark.At("object.metadata.resourceVersion")}");
        Assert.Equal("MODIFIED a", await resumed.NextTextAsync());
    }

    [Theory]
    [InlineData("sendInitialEvents=true")]
    [InlineData("sendInitialEvents=true&resourceVersionMatch=Exact")]
    [InlineData("resourceVersionMatch=NotOlderThan")]
    public async Task Initial_events_and_their_version_go_together(string query)
    {
        var refused = await cluster.Client.GetAsync($"{_widgets}?watch=true&{query}");
        Assert.Equal((422, "Invalid"), refused.Refusal);
    }

    [Fact]
    public async Task An_object_enters_and_leaves_the_view_of_a_selector()
    {
        await CreateAsync("a");
        using var watch = await cluster.Client.WatchAsync($"{_widgets}?labelSelector=tier%3Dgold");
        await PatchAsync("a", """{"metadata":{"labels":{"tier":"gold"}}}""");
        Assert.Equal("ADDED a", await watch.NextTextAsync());
        await PatchAsync("a", """{"metadata":{"labels":{"tier":"silver"}}}""");
        var left = (await watch.NextAsync())!;
        Assert.Equal(("DELETED", "gold"), (left.At("type"), left.At("object.metadata.labels.tier")));
        Assert.Equal((await cluster.Client.GetAsync($"{_widgets}/a")).At("metadata.resourceVersion"), left.At("object.metadata.resourceVersion"));
        await PatchAsync("a", """{"metadata":{"labels":{"tier":"gold"}}}""");
        Assert.Equal("ADDED a", await watch.NextTextAsync());
    }

    [Fact]
    public async Task One_object_can_be_watched_by_its_name()
    {
        await CreateAsync("a");
        await CreateAsync("b");
        using var watch = await cluster.Client.WatchAsync($"{_widgets}?fieldSelector=metadata.name%3Db");
        Assert.Equal("ADDED b", await watch.NextTextAsync());
        await PatchAsync("a", """{"spec":{"size":5}}""");
        await PatchAsync("b", """{"spec":{"size":5}}""");
        Assert.Equal("MODIFIED b", await watch.NextTextAsync());
    }

    [Fact]
    public async Task A_watch_ends_in_order_when_its_time_is_up()
    {
        await CreateAsync("a");
        using var watch = await cluster.Client.WatchAsync($"{_widgets}?timeoutSeconds=1");
        Assert.Equal("ADDED a", await watch.NextTextAsync());
        Assert.Equal("end", await watch.NextTextAsync());
    }

    [Fact]
    public async Task A_version_that_is_forgotten_is_an_error_in_the_stream()
    {
        var old = await cluster.Cluster.ForgottenVersionAsync(_widgets);
        using var watch = await cluster.Client.WatchAsync($"{_widgets}?resourceVersion={old}");
        Assert.Equal(200, watch.Status);
        var error = (await watch.NextAsync())!;
        Assert.Equal(("ERROR", "Status", "410", "Expired"), (error.At("type"), error.At("object.kind"), error.At("object.code"), error.At("object.reason")));
        Assert.Equal("end", await watch.NextTextAsync());
    }

    [Fact]
    public async Task Rows_of_a_table_can_be_watched()
    {
        await CreateAsync("a");
        using var watch = await cluster.Client.WatchAsync(_widgets, "application/json;as=Table;v=v1;g=meta.k8s.io");
        var first = (await watch.NextAsync())!;
        Assert.Equal(("Table", "Name", "a"), (first.At("object.kind"), first.At("object.columnDefinitions.0.name"), first.At("object.rows.0.cells.0")));
        await PatchAsync("a", """{"spec":{"color":"blue"}}""");
        var second = (await watch.NextAsync())!;
        Assert.Equal(("MODIFIED", "blue"), (second.At("type"), second.At("object.rows.0.cells.1")));
    }

    [Fact]
    public async Task Only_metadata_can_be_watched()
    {
        await CreateAsync("a");
        using var watch = await cluster.Client.WatchAsync(_widgets, "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io");
        var first = (await watch.NextAsync())!;
        Assert.Equal(("PartialObjectMetadata", "a", null), (first.At("object.kind"), first.At("object.metadata.name"), first.At("object.spec")));
    }

    [Fact]
    public async Task A_watch_of_all_namespaces_sees_each_of_them()
    {
        await CreateAsync("a");
        var everywhere = $"/apis/{cluster.Cluster.Group}/v1/widgets";
        using var watch = await cluster.Client.WatchAsync($"{everywhere}?resourceVersion={(await cluster.Client.GetAsync(everywhere)).At("metadata.resourceVersion")}");
        await CreateAsync("b");
        Assert.Equal("ADDED b", await watch.NextTextAsync());
    }

    [Fact]
    public async Task Objects_of_a_built_in_kind_name_it_in_a_watch()
    {
        (await cluster.Client.PostAsync(cluster.Cluster.Core("configmaps"), Samples.ConfigMap("watched"))).Expect(201);
        using var watch = await cluster.Client.WatchAsync($"{cluster.Cluster.Core("configmaps")}?fieldSelector=metadata.name%3Dwatched");
        var first = (await watch.NextAsync())!;
        Assert.Equal(("ADDED", "ConfigMap", "v1"), (first.At("type"), first.At("object.kind"), first.At("object.apiVersion")));
    }

    private static long Version(JsonObject change) => long.Parse(change.At("object.metadata.resourceVersion")!, CultureInfo.InvariantCulture);

    private async Task CreateAsync(string name) => (await cluster.Client.PostAsync(_widgets, cluster.Widget(name))).Expect(201);

    private async Task PatchAsync(string name, string patch) => (await cluster.Client.PatchAsync($"{_widgets}/{name}", patch)).Expect(200);

    private async Task DeleteAsync(string name) => (await cluster.Client.DeleteAsync($"{_widgets}/{name}")).Expect(200);
}
