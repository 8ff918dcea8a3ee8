using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Storage;
using Xunit.Abstractions;

namespace GovernedFinetune.Sandbox.Tests.Kubernetes;

/// <summary>Many objects and many watches. Objects are put into the store, past the front door, so that the tests are quick; figures proper are the benchmark's.</summary>
public sealed class LoadTests(ITestOutputHelper output)
{
    private const string Collection = "configmaps";
    private const string Path = "/api/v1/namespaces/default/configmaps";
    private const int Objects = 5_000;
    private const int Watches = 10;

    [Fact]
    public async Task An_object_is_written_out_once_for_all_watches_and_lists()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var watches = await WatchAsync(cluster, TestCluster.Widgets);
        var stored = cluster.Api.Store.TryPut("widgets.demo.example.com", new ObjectKey("default", "once"), null, Samples.Widget("once"))!;

        // Whoever writes the object out again would show this; nobody may ever change a stored tree otherwise.
        stored.Json["spec"]!["later"] = "x";
        watches.AddRange(await WatchAsync(cluster, TestCluster.Widgets, since: stored.Revision - 1));
        foreach (var watch in watches)
        {
            Assert.Equal("""{"color":"red"}""", (await watch.NextAsync())!["object"]!["spec"]!.ToJsonString());
            watch.Dispose();
        }

        Assert.Equal("""{"color":"red"}""", (await cluster.GetAsync(TestCluster.Widgets)).At("items.0.spec"));
    }

    [Fact]
    public async Task A_client_that_does_not_read_its_watch_gets_410_when_the_history_has_gone_past_it()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var slow = await cluster.WatchAsync($"{Path}?watch=true&resourceVersion={cluster.Api.Store.Revision}");
        const int Changes = 30_000;
        var padding = new string('x', 4_000);
        for (var i = 0; i < Changes; i++)
        {
            Put(cluster.Api.Store, 0, padding, i);
        }

        var (events, last) = (0, (JsonObject?)null);
        while (await slow.NextAsync() is { } next)
        {
            events++;
            last = next;
        }

        Assert.Equal(("ERROR", "410"), (last!["type"]!.ToString(), last["object"]!["code"]!.ToString()));
        Assert.InRange(events, 1, Changes / 2);
    }

    [Fact]
    public async Task Five_thousand_objects_are_listed_in_pages_of_one_moment()
    {
        await using var cluster = await TestCluster.StartAsync();
        Fill(cluster, "");
        var (names, versions, next) = (new List<string>(), new HashSet<string?>(), (string?)"");
        while (next is not null)
        {
            var page = await cluster.GetAsync($"{Path}?limit=700&continue={next}");
            Assert.Equal(200, page.Status);
            names.AddRange(page.Json["items"]!.AsArray().Select(i => i!["metadata"]!["name"]!.ToString()));
            _ = versions.Add(page.At("metadata.resourceVersion"));
            next = page.At("metadata.continue");
            Put(cluster.Api.Store, Objects + names.Count, "", 0);
        }

        Assert.Equal(Enumerable.Range(0, Objects).Select(Name), names);
        _ = Assert.Single(versions);
    }

    [Fact]
    public async Task Five_thousand_objects_are_listed_and_their_changes_watched_in_time()
    {
        await using var cluster = await TestCluster.StartAsync();
        Fill(cluster, new string('x', 6_000));
        var clock = Stopwatch.StartNew();
        var list = await cluster.GetAsync(Path);
        output.WriteLine($"list of {Objects} objects, {list.Text.Length / (1 << 20)} MiB, parsed by nobody: {clock.ElapsedMilliseconds} ms (limit 3000)");
        Assert.InRange(clock.ElapsedMilliseconds, 0, 3_000);

        var watches = await WatchAsync(cluster, Path);
        const int Changes = 1_000;
        clock.Restart();
        for (var i = 0; i < Changes; i++)
        {
            Put(cluster.Api.Store, i, "small", i);
        }

        await Task.WhenAll(watches.Select(async watch =>
        {
            for (var i = 0; i < Changes; i++)
            {
                Assert.Equal("MODIFIED", (await watch.NextAsync())!["type"]!.ToString());
            }
        }));
        var rate = Changes * Watches / clock.Elapsed.TotalSeconds;
        output.WriteLine($"{Watches} watches, {Changes} changes, each parsed by the test: {rate:N0} events/s (limit 1000)");
        watches.ForEach(w => w.Dispose());
        Assert.True(rate > 1_000, $"{rate:N0} events/s");
    }

    private static async Task<List<WatchReader>> WatchAsync(TestCluster cluster, string path, long? since = null)
    {
        var watches = new List<WatchReader>();
        for (var i = 0; i < Watches; i++)
        {
            watches.Add(await cluster.WatchAsync($"{path}?watch=true&resourceVersion={since ?? cluster.Api.Store.Revision}"));
        }

        return watches;
    }

    private static void Fill(TestCluster cluster, string padding)
    {
        for (var i = 0; i < Objects; i++)
        {
            Put(cluster.Api.Store, i, padding, 0);
        }
    }

    private static string Name(int index) => string.Create(CultureInfo.InvariantCulture, $"object-{index:00000}");

    private static void Put(ObjectStore store, int index, string padding, int number)
    {
        var json = Samples.ConfigMap(Name(index));
        json["metadata"]!["namespace"] = "default";
        json["data"] = new JsonObject { ["padding"] = padding, ["number"] = number.ToString(CultureInfo.InvariantCulture) };
        var key = new ObjectKey("default", Name(index));
        Assert.NotNull(store.TryPut(Collection, key, store.Get(Collection, key), json));
    }
}
