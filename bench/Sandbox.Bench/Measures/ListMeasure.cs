using System.Diagnostics;
using GovernedFinetune.Bench.Client;
using GovernedFinetune.Bench.Harness;

namespace GovernedFinetune.Bench.Measures;

/// <summary>Lists 5,000 runs and watches them, and looks at the server's memory meanwhile.</summary>
internal sealed class ListMeasure : IMeasure
{
    private const int PageSize = 500;

    public string Name => "list";

    public string Question => "How long does one client wait for 5,000 runs, and what does the server need to keep, list and watch them?";

    public async Task<IReadOnlyList<Figure>> RunAsync(int repeats, CancellationToken cancellationToken)
    {
        await using var server = await SandboxServers.StartAsync(cancellationToken);
        var empty = server.ResidentMiB;
        using var client = KubeClient.Connect(server.StateDirectory);
        await Fleet.MakeAsync(client, SandboxServers.Runs, cancellationToken);
        var loaded = server.ResidentMiB;

        var (whole, paged, streamed) = (new List<double>(), new List<double>(), new List<double>());
        var list = Array.Empty<byte>();
        for (var i = 0; i < repeats; i++)
        {
            whole.Add(await TimeAsync(async () => list = await client.GetAsync(Fleet.Path, cancellationToken)));
        }

        var (version, _, items) = KubeClient.ReadList(list);
        if (items != SandboxServers.Runs)
        {
            throw new InvalidOperationException($"The list holds {items} runs instead of {SandboxServers.Runs}.");
        }

        await using var watcher = await Watcher.OpenAsync(server.StateDirectory, Fleet.Path, version, cancellationToken);
        var watched = server.ResidentMiB;
        for (var i = 0; i < repeats; i++)
        {
            paged.Add(await TimeAsync(() => ReadPagesAsync(client, cancellationToken)));
            streamed.Add(await TimeAsync(() => ReadInitialEventsAsync(client, cancellationToken)));
        }

        var listed = server.ResidentMiB;
        await Writers.WriteAsync(client, 4, 2 * SandboxServers.Runs, cancellationToken);
        watcher.Check();
        return
        [
            Figure.Of("list.first", "ms", whole[0]).ToBeAtMost(3000),
            new Figure("list.whole", "ms", whole) { Target = 3000 },
            new Figure($"list.pages-of-{PageSize}", "ms", paged) { Target = 3000 },
            new Figure("list.initial-events", "ms", streamed) { Target = 3000 },
            Figure.Of("object.size", "bytes", (double)list.Length / items),
            Figure.Of("memory.empty", "MiB", empty),
            Figure.Of("memory.loaded", "MiB", loaded),
            Figure.Of("memory.listed-and-watched", "MiB", watched).ToBeAtMost(400),
            Figure.Of("memory.after-all-lists", "MiB", listed),
            Figure.Of("memory.after-10000-changes", "MiB", server.ResidentMiB),
            Figure.Of("memory.peak", "MiB", server.PeakMiB).ToBeAtMost(400),
        ];
    }

    private static async Task ReadPagesAsync(KubeClient client, CancellationToken cancellationToken)
    {
        var read = 0;
        for (var token = ""; token is not null && read <= SandboxServers.Runs;)
        {
            (_, token, var items) = KubeClient.ReadList(await client.GetAsync($"{Fleet.Path}?limit={PageSize}&continue={token}", cancellationToken));
            read += items;
        }

        if (read != SandboxServers.Runs)
        {
            throw new InvalidOperationException($"The pages hold {read} runs instead of {SandboxServers.Runs}.");
        }
    }

    /// <summary>What newer clients do instead of a list: a watch that begins with what is there, up to a marked bookmark.</summary>
    private static async Task ReadInitialEventsAsync(KubeClient client, CancellationToken cancellationToken)
    {
        await using var stream = await client.OpenAsync($"{Fleet.Path}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true", cancellationToken);
        var buffer = new byte[256 << 10];
        for (var events = 0; events <= SandboxServers.Runs;)
        {
            var read = await stream.ReadAsync(buffer, cancellationToken);
            events += read > 0 ? buffer.AsSpan(0, read).Count((byte)'\n') : throw new InvalidOperationException($"The watch ended after {events} events.");
        }
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var watch = Stopwatch.StartNew();
        await work();
        return watch.Elapsed.TotalMilliseconds;
    }
}
