using GovernedFinetune.EndToEnd.Tests.Support;
using Xunit.Abstractions;

namespace GovernedFinetune.EndToEnd.Tests.WarmStart;

/// <summary>An operator that starts on a cluster with 5,000 runs as an earlier one left them: it looks, and changes nothing.</summary>
[Collection(nameof(Failover))]
public sealed class WarmStartTests(SandboxWorld world, ITestOutputHelper output) : IClassFixture<SandboxWorld>
{
    private const int Finished = 4600;
    private const int Waiting = 200;
    private const int Suspended = 100;
    private const int Training = 100;

    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task An_operator_that_starts_among_5000_runs_writes_nothing_and_starts_nothing()
    {
        using var kubernetes = await KubernetesHttp.ConnectAsync(world);
        using var training = await TrainingMould.MakeAsync(world, kubernetes, "mould-training");
        await ScriptedJobs.AddAsync(world, new { service = "sagemaker", match = "^training-", outcome = "Hang" });
        await ScriptedJobs.PrepareAsync(world, "^mould-(finished|suspended)-", seconds: 0);
        await ScriptedJobs.TrainAsync(world, "^mould-finished-", seconds: 0);
        var finished = new Mould(kubernetes, await Mould.MakeAsync(world, Manifests.Run("mould-finished"), run => run.Phase == "Succeeded"));
        var waiting = new Mould(kubernetes, await Mould.MakeAsync(world, Manifests.Run("mould-waiting", spec => spec["grant"] = "nobody-made-this"), run => run.Reason == "GrantNotFound"));
        var suspended = new Mould(kubernetes, await Mould.MakeAsync(world, Manifests.Run("mould-suspended", spec => spec["suspend"] = true), run => run.Phase == "Suspended"));

        await world.Operator().TerminateAsync();
        await CastAsync(finished, "finished", Finished);
        await CastAsync(waiting, "waiting", Waiting);
        await CastAsync(suspended, "suspended", Suspended);
        await CastAsync(training, "training", Training);
        var before = await world.Requests.CountAsync();

        var started = TimeProvider.System.GetUtcNow();
        await world.Operator().StartAsync();
        var requests = await UntilQuietAsync(before);
        var effects = requests.Where(r => r.IsEffect).ToList();
        var observed = requests.Where(r => r.Service == "kubernetes" && r.Operation.EndsWith(" finetuneruns", StringComparison.Ordinal)).ToList();
        Say($"{Finished + Waiting + Suspended + Training + 4} runs: the last of them looked at {Seconds(observed.Max(r => r.Time) - started)} after the start of the process; "
            + $"resident memory {world.Operator().ResidentBytes / (1024 * 1024)} MiB; Kubernetes reads {requests.Count(r => r.Service == "kubernetes" && r.Method == "GET" && !r.Operation.Contains("leases", StringComparison.Ordinal))}, "
            + $"writes {effects.Count(r => r.Service == "kubernetes")}; cloud calls {requests.Count(r => r.Service != "kubernetes")}, effects {effects.Count(r => r.Service != "kubernetes")}.");
        Say(string.Join(", ", requests.GroupBy(r => r.Operation).OrderByDescending(g => g.Count()).Select(g => $"{g.Count()} {g.Key}")));

        Assert.Empty(effects);
    }

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds:0.0} s";

    private static async Task CastAsync(Mould mould, string kind, int count)
    {
        await Parallel.ForEachAsync(Enumerable.Range(1, count), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) => await mould.CastAsync($"{kind}-{i}"));
    }

    /// <summary>What the operator asked for, once it reads no more runs: runs at rest are looked at again after half a minute.</summary>
    private async Task<IReadOnlyList<LoggedRequest>> UntilQuietAsync(int before)
    {
        IReadOnlyList<LoggedRequest> requests = [];
        await Patience.UntilAsync(
            async () =>
            {
                requests = [.. (await world.Requests.ReadAsync(before)).Where(r => r.Identity is not null)];
                return TimeProvider.System.GetUtcNow() - requests.Where(r => r.Operation == "watch finetuneruns").Select(r => r.Began).DefaultIfEmpty(DateTimeOffset.MaxValue).Min() > Quiet
                    && requests.Where(IsRead).Select(r => r.Time).DefaultIfEmpty(DateTimeOffset.MinValue).Max() < TimeProvider.System.GetUtcNow() - Quiet;
            },
            () => "The operator goes on reading.");
        return requests;
    }

    private static bool IsRead(LoggedRequest request) => request is { Service: "kubernetes", Operation: "get finetuneruns" };

    private void Say(string line)
    {
        output.WriteLine(line);
        Console.WriteLine($"Warm start: {line}");
    }
}
