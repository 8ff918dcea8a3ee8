using System.Globalization;
using GovernedFinetune.Compat.Tests.Operators.Fakes;
using k8s.Models;

namespace GovernedFinetune.Compat.Tests.Operators;

public sealed class WatchTests
{
    [Fact]
    public async Task The_first_watch_asks_for_everything_in_all_namespaces_with_bookmarks()
    {
        await using var widgets = await OperatorUnderTest.StartAsync();

        var watch = await widgets.Server.NextWatchAsync("widgets");

        Assert.Null(watch.Collection.Namespace);
        Assert.Equal("true", watch.Query["allowWatchBookmarks"]);
        Assert.DoesNotContain("resourceVersion", watch.Query.Keys);
    }

    [Fact]
    public async Task A_watch_that_closes_goes_on_from_the_last_bookmark_and_misses_nothing()
    {
        await using var widgets = await OperatorUnderTest.StartAsync();
        await widgets.CreateAsync("a");
        await widgets.Script.NextAsync("a");
        var version = widgets.Server.Store.Version;
        var first = await widgets.Server.NextWatchAsync("widgets");
        first.Bookmark(version);
        first.Close();

        await widgets.CreateAsync("b");

        var second = await widgets.Server.NextWatchAsync("widgets");
        Assert.Equal(version.ToString(CultureInfo.InvariantCulture), second.Query["resourceVersion"]);
        Assert.Equal("b", (await widgets.Script.NextAsync()).Widget.Name());
    }

    [Fact]
    public async Task Without_a_bookmark_everything_is_replayed_and_nothing_reconciled_again()
    {
        await using var widgets = await OperatorUnderTest.StartAsync();
        await widgets.CreateAsync("a");
        await widgets.Script.NextAsync("a");

        (await widgets.Server.NextWatchAsync("widgets")).Close();

        Assert.DoesNotContain("resourceVersion", (await widgets.Server.NextWatchAsync("widgets")).Query.Keys);
        Assert.Empty(await widgets.SettleAsync());
    }

    [Fact]
    public async Task A_version_that_is_too_old_begins_the_watch_again()
    {
        await using var widgets = await OperatorUnderTest.StartAsync();
        await widgets.CreateAsync("a");
        await widgets.Script.NextAsync("a");
        var watch = await widgets.Server.NextWatchAsync("widgets");
        watch.Bookmark(widgets.Server.Store.Version);

        watch.Expire();

        Assert.DoesNotContain("resourceVersion", (await widgets.Server.NextWatchAsync("widgets")).Query.Keys);
        Assert.Empty(await widgets.SettleAsync());
    }

    [Fact]
    public async Task An_event_that_nobody_can_read_does_not_stop_the_watch_for_good()
    {
        await using var widgets = await OperatorUnderTest.StartAsync();
        var watch = await widgets.Server.NextWatchAsync("widgets");

        watch.Garble();
        await widgets.Server.NextWatchAsync("widgets");

        await widgets.CreateAsync("a");
        Assert.Equal("a", (await widgets.Script.NextAsync()).Widget.Name());
    }

    [Fact]
    public async Task Stopping_the_host_cancels_what_is_under_way_and_ends_the_watch()
    {
        await using var widgets = await OperatorUnderTest.StartAsync();
        var cancelled = new TaskCompletionSource();
        widgets.Script.Answer = async (call, cancellationToken) =>
        {
            await using var registration = cancellationToken.Register(cancelled.SetResult);
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            throw new InvalidOperationException("unreachable");
        };
        await widgets.CreateAsync("a");
        await widgets.Script.NextAsync();

        await widgets.StopAsync().Soon();

        Assert.True(cancelled.Task.IsCompleted);
    }
}
