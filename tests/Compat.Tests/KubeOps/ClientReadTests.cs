using System.Net;
using GovernedFinetune.Compat.Tests.Operators.Fakes;
using k8s;
using k8s.Autorest;
using k8s.Models;
using KubeOps.KubernetesClient.Selectors;

namespace GovernedFinetune.Compat.Tests.Operators;

public sealed class ClientReadTests : ClientUnderTest
{
    [Fact]
    public async Task An_object_that_is_not_there_is_null()
    {
        Assert.Null(await Client.GetAsync<Widget>("nobody", "default"));
        Assert.Null(Client.Get<Widget>("nobody", "default"));
    }

    [Fact]
    public async Task Any_other_answer_is_an_error_with_the_status_in_its_response()
    {
        Server.FailNext(request => request.Method == "GET", 500);

        var error = await Assert.ThrowsAsync<HttpOperationException>(() => Client.GetAsync<Widget>("any", "default"));

        Assert.Equal(HttpStatusCode.InternalServerError, error.Response.StatusCode);
        Assert.Equal("Injected", KubernetesJson.Deserialize<V1Status>(error.Response.Content).Reason);
    }

    [Fact]
    public async Task AServer_that_cannot_be_reached_is_an_http_request_error()
    {
        await Server.DisposeAsync();

        await Assert.ThrowsAsync<HttpRequestException>(() => Client.GetAsync<Widget>("any", "default"));
    }

    [Theory]
    [InlineData("default", "/apis/tests.example.com/v1/namespaces/default/widgets/a")]
    [InlineData(null, "/apis/tests.example.com/v1/widgets/a")]
    [InlineData(" ", "/apis/tests.example.com/v1/widgets/a")]
    public async Task A_blank_namespace_reads_from_the_cluster(string? ns, string path)
    {
        await Client.GetAsync<Widget>("a", ns);

        Assert.Equal(path, Assert.Single(Server.Requests).Path);
    }

    [Fact]
    public async Task A_core_resource_has_the_core_path()
    {
        await Client.GetAsync<V1Secret>("token", "default");

        Assert.Equal("/api/v1/namespaces/default/secrets/token", Assert.Single(Server.Requests).Path);
    }

    [Fact]
    public async Task A_plural_that_is_not_given_is_the_lower_case_kind_with_an_s()
    {
        await Client.GetAsync<Planet>("earth");

        Assert.Equal("/apis/tests.example.com/v1beta1/planets/earth", Assert.Single(Server.Requests).Path);
    }

    [Fact]
    public async Task Without_a_namespace_a_list_spans_all_of_them()
    {
        await Client.CreateAsync(Widget.Named("a"));
        var elsewhere = Widget.Named("b");
        elsewhere.Metadata.NamespaceProperty = "other";
        await Client.CreateAsync(elsewhere);

        var everywhere = await Client.ListAsync<Widget>();
        var here = await Client.ListAsync<Widget>("default");

        Assert.Equal(["a", "b"], everywhere.Select(widget => widget.Name()).Order());
        Assert.Equal(["a"], here.Select(widget => widget.Name()));
    }

    [Fact]
    public async Task Selectors_become_one_label_and_one_field_expression()
    {
        await Client.ListAsync<Widget>(
            "default",
            new EqualsLabelSelector("tier", "gold", "silver"),
            new NotEqualsLabelSelector("zone", "x"),
            new ExistsLabelSelector("owner"),
            new NotExistsLabelSelector("hidden"),
            new EqualsFieldSelector("metadata.name", "a"),
            new NotEqualsFieldSelector("metadata.namespace", "b"));

        var query = Uri.UnescapeDataString(Assert.Single(Server.Requests).Query);
        Assert.Contains("labelSelector=tier in (gold,silver),zone notin (x),owner,!hidden", query, StringComparison.Ordinal);
        Assert.Contains("fieldSelector=metadata.name=a,metadata.namespace!=b", query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_asks_for_what_it_was_told_and_reports_each_change()
    {
        await Client.CreateAsync(Widget.Named("a"));
        await using var events = Client
            .WatchAsync<Widget>("default", resourceVersion: "1", labelSelector: "tier=gold", allowWatchBookmarks: true)
            .GetAsyncEnumerator();

        Assert.True(await events.MoveNextAsync().AsTask().Soon());
        var watch = await Server.NextWatchAsync("widgets");
        Assert.Equal("true", watch.Query["watch"]);
        Assert.Equal("true", watch.Query["allowWatchBookmarks"]);
        Assert.Equal("1", watch.Query["resourceVersion"]);
        Assert.Equal("tier=gold", watch.Query["labelSelector"]);
        Assert.Equal((WatchEventType.Added, "a"), (events.Current.Type, events.Current.Entity.Name()));

        watch.Bookmark(1234);
        Assert.True(await events.MoveNextAsync().AsTask().Soon());
        Assert.Equal((WatchEventType.Bookmark, "1234"), (events.Current.Type, events.Current.Entity.ResourceVersion()));

        await Client.DeleteAsync<Widget>("a", "default");
        Assert.True(await events.MoveNextAsync().AsTask().Soon());
        Assert.Equal(WatchEventType.Deleted, events.Current.Type);

        watch.Close();
        Assert.False(await events.MoveNextAsync().AsTask().Soon());
    }

    [Fact]
    public async Task An_error_in_the_stream_ends_a_watch_with_its_status()
    {
        await Client.CreateAsync(Widget.Named("a"));
        await using var events = Client.WatchAsync<Widget>("default").GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync().AsTask().Soon());

        (await Server.NextWatchAsync("widgets")).Expire();

        var error = await Assert.ThrowsAsync<KubernetesException>(() => events.MoveNextAsync().AsTask().Soon());
        Assert.Equal(410, error.Status.Code);
    }

    [Fact]
    public async Task A_watch_with_callbacks_reports_changes_and_its_end()
    {
        await Client.CreateAsync(Widget.Named("a"));
        var seen = new TaskCompletionSource<string>();
        var closed = new TaskCompletionSource();

        using var watcher = Client.Watch<Widget>(
            (type, widget) => seen.TrySetResult($"{type} {widget.Name()}"),
            onClose: closed.SetResult,
            @namespace: "default",
            timeout: TimeSpan.FromMinutes(2));

        Assert.Equal("Added a", await seen.Task.Soon());
        var watch = await Server.NextWatchAsync("widgets");
        Assert.Equal("120", watch.Query["timeoutSeconds"]);
        watch.Close();
        await closed.Task.Soon();
    }

    [Fact]
    public async Task The_configured_namespace_is_the_current_one()
    {
        Assert.Equal("default", await Client.GetCurrentNamespaceAsync());
        Assert.Equal("default", Client.GetCurrentNamespace());
    }

    [Fact]
    public async Task A_class_without_the_entity_attribute_is_refused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Client.GetAsync<Nameless>("any"));
    }

    private sealed class Nameless : global::KubeOps.Abstractions.Entities.CustomKubernetesEntity;
}
