using GovernedFinetune.Bench.Client;

namespace GovernedFinetune.Bench.Measures;

/// <summary>Clients that report progress of all runs in turn, each as fast as it is answered.</summary>
internal static class Writers
{
    private static long _step = 1;

    /// <summary>Makes so many changes.</summary>
    public static async Task WriteAsync(KubeClient client, int writers, int changes, CancellationToken cancellationToken) =>
        await Parallel.ForAsync(0, changes, new ParallelOptions { MaxDegreeOfParallelism = writers, CancellationToken = cancellationToken }, async (_, token) =>
        {
            var step = Interlocked.Increment(ref _step);
            await Fleet.ProgressAsync(client, (int)(step % SandboxServers.Runs), step, token);
        });
}
