using System.Collections.Concurrent;

namespace GovernedFinetune.EndToEnd.Tests.Support;

/// <summary>A stream of runs whose jobs are scripted, so that there is something to do at every moment.</summary>
internal sealed class Feed : IAsyncDisposable
{
    /// <summary>Slower than the operator may start training jobs (one in two seconds), so that no run waits for its turn.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(2.5);

    private readonly KubernetesHttp _kubernetes;
    private readonly string _prefix;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<string> _uids = [];
    private readonly Task _feeding;
    private int _last;

    private Feed(KubernetesHttp kubernetes, string prefix)
    {
        (_kubernetes, _prefix) = (kubernetes, prefix);
        _feeding = FeedAsync();
    }

    /// <summary>Starts a stream of runs called <c>{prefix}-1</c> and so on.</summary>
    public static async Task<Feed> StartAsync(World world, string prefix)
    {
        await ScriptedJobs.PrepareAsync(world, $"^{prefix}-", seconds: 2);
        await ScriptedJobs.TrainAsync(world, $"^{prefix}-", seconds: 3);
        return new Feed(await KubernetesHttp.ConnectAsync(world), prefix);
    }

    /// <summary>Ends the stream, waits until every run of it has ended, and gives them.</summary>
    public async Task<IReadOnlyList<RunView>> EndAsync()
    {
        await _stop.CancelAsync();
        await _feeding;
        IReadOnlyList<RunView> runs = [];
        await Patience.UntilAsync(
            async () => (runs = [.. (await _kubernetes.RunsAsync()).Where(IsMine)]).All(run => run.HasEnded),
            () => "These runs did not end:\n" + string.Join('\n', runs.Where(run => !run.HasEnded).Select(run => $"{run.Name}: {run.Status?.ToJsonString()}")));
        Assert.Equal(_uids.Count, runs.Count);
        return runs;
    }

    /// <summary>One more run, now.</summary>
    public async Task AddAsync()
    {
        var made = await _kubernetes.CreateRunAsync(Manifests.Run($"{_prefix}-{Interlocked.Increment(ref _last)}"));
        _uids.Add(made["metadata"]!["uid"]!.GetValue<string>());
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _feeding;
        _stop.Dispose();
        _kubernetes.Dispose();
    }

    private async Task FeedAsync()
    {
        using var pace = new PeriodicTimer(Pace);
        try
        {
            do
            {
                await AddAsync();
            }
            while (await pace.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // The end of the stream.
        }
    }

    private bool IsMine(RunView run) => _uids.Contains(run.Uid);
}
