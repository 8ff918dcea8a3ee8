using GovernedFinetune.Bench.Client;
using GovernedFinetune.Bench.Harness;

namespace GovernedFinetune.Bench.Measures;

/// <summary>
/// Changes made at the store, so that the watch path's own ceiling is seen. A change is only made while no watcher is
/// more than a few thousand events behind: what is counted can be kept up for ever.
/// </summary>
internal sealed class WatchMeasure : IMeasure
{
    private const int Batch = 250;
    private const int Window = 2_000;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(3);

    public string Name => "watch";

    public string Question => "How many events a second reach 10 watchers when writing costs next to nothing?";

    public async Task<IReadOnlyList<Figure>> RunAsync(int repeats, CancellationToken cancellationToken)
    {
        await using var server = await SandboxServers.StartInjectingAsync(cancellationToken);
        using var client = KubeClient.Connect(server.StateDirectory);
        await Fleet.MakeAsync(client, SandboxServers.Runs, cancellationToken);
        await ConfigMaps.MakeAsync(client, cancellationToken);
        return
        [
            .. await RunAsync("no-watchers.run", server, client, Fleet.Collection, Fleet.Path, 0, repeats, cancellationToken),
            .. await RunAsync("10-watchers.run", server, client, Fleet.Collection, Fleet.Path, SandboxServers.Watchers, repeats, cancellationToken),
            .. await RunAsync("10-watchers.small-object", server, client, ConfigMaps.Collection, ConfigMaps.Path, SandboxServers.Watchers, repeats, cancellationToken),
        ];
    }

    private static async Task<IReadOnlyList<Figure>> RunAsync(
        string name, ServerProcess server, KubeClient client, string collection, string path, int watching, int repeats, CancellationToken cancellationToken)
    {
        var (version, _, _) = KubeClient.ReadList(await client.GetAsync($"{path}?limit=1", cancellationToken));
        await using var watchers = await Client.Watchers.OpenAsync(watching, server.StateDirectory, path, version, cancellationToken);
        var (rate, bytes, serverCost, clientCost) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        var made = 0L;
        for (var i = 0; i < repeats; i++)
        {
            var (before, bytesBefore) = (made, watchers.Bytes);
            var stint = new Stint(server);
            while (stint.Elapsed < Duration)
            {
                _ = await server.AskAsync($"{collection} {Batch}", cancellationToken);
                made += Batch;
                await watchers.ReachAsync(made - Window, cancellationToken);
            }

            await watchers.ReachAsync(made, cancellationToken);
            var (wall, serverTime, clientTime) = stint.End();
            var changes = made - before;
            rate.Add(changes / wall.TotalSeconds);
            bytes.Add((watchers.Bytes - bytesBefore) / wall.TotalSeconds / 1e6);
            serverCost.Add(serverTime.TotalMicroseconds / changes);
            clientCost.Add(clientTime.TotalMicroseconds / changes);
        }

        List<Figure> figures =
        [
            new($"{name}.changes", "1/s", rate),
            new($"{name}.server-cpu-per-change", "us", serverCost),
        ];
        if (watching > 0)
        {
            figures[0] = figures[0].ToBeAtLeast(10_000);
            figures.Add(new Figure($"{name}.deliveries", "1/s", [.. rate.Select(r => r * watching)]).ToBeAtLeast(10_000));
            figures.Add(new($"{name}.client-cpu-per-change", "us", clientCost));
            figures.Add(new($"{name}.bytes", "MB/s", bytes));
        }

        return figures;
    }
}
