using GovernedFinetune.Bench.Client;
using GovernedFinetune.Bench.Harness;

namespace GovernedFinetune.Bench.Measures;

/// <summary>Changes through the front door: several writers patch the status of 5,000 runs, and watchers see every change.</summary>
internal sealed class WriteMeasure : IMeasure
{
    private const int WriterCount = 8;
    private const int Changes = 10_000;

    public string Name => "write";

    public string Question => "How many changes a second does the API take by PATCH of the status, without and with 10 watchers?";

    public async Task<IReadOnlyList<Figure>> RunAsync(int repeats, CancellationToken cancellationToken)
    {
        await using var server = await SandboxServers.StartAsync(cancellationToken);
        using var client = KubeClient.Connect(server.StateDirectory);
        await Fleet.MakeAsync(client, SandboxServers.Runs, cancellationToken);
        var figures = new List<Figure>();
        foreach (var watchers in (int[])[0, SandboxServers.Watchers])
        {
            figures.AddRange(await RunAsync(server, client, watchers, repeats, cancellationToken));
        }

        return figures;
    }

    private static async Task<IReadOnlyList<Figure>> RunAsync(ServerProcess server, KubeClient client, int watching, int repeats, CancellationToken cancellationToken)
    {
        var (version, _, _) = KubeClient.ReadList(await client.GetAsync($"{Fleet.Path}?limit=1", cancellationToken));
        await using var watchers = await Client.Watchers.OpenAsync(watching, server.StateDirectory, Fleet.Path, version, cancellationToken);
        var (rate, serverCost, clientCost) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < repeats; i++)
        {
            var stint = new Stint(server);
            await Writers.WriteAsync(client, WriterCount, Changes, cancellationToken);
            await watchers.ReachAsync((i + 1L) * Changes, cancellationToken);
            var (wall, serverTime, clientTime) = stint.End();
            rate.Add(Changes / wall.TotalSeconds);
            serverCost.Add(serverTime.TotalMicroseconds / Changes);
            clientCost.Add(clientTime.TotalMicroseconds / Changes);
        }

        var name = $"{watching}-watchers";
        List<Figure> figures =
        [
            new($"{name}.changes", "1/s", rate),
            new($"{name}.server-cpu-per-change", "us", serverCost),
            new($"{name}.client-cpu-per-change", "us", clientCost),
        ];
        if (watching > 0)
        {
            figures.Add(new Figure($"{name}.deliveries", "1/s", [.. rate.Select(r => r * watching)]).ToBeAtLeast(10_000));
            figures[0] = figures[0].ToBeAtLeast(10_000);
        }

        return figures;
    }
}
