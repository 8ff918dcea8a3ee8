namespace GovernedFinetune.Bench.Client;

/// <summary>Several watchers of one collection.</summary>
internal sealed class Watchers : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(1);
    private readonly List<Watcher> _all = [];

    public int Count => _all.Count;

    /// <summary>Events that every watcher has.</summary>
    public long Slowest => _all.Count == 0 ? long.MaxValue : _all.Min(w => w.Events);

    /// <summary>Bytes over all watchers.</summary>
    public long Bytes => _all.Sum(w => w.Bytes);

    public static async Task<Watchers> OpenAsync(int count, string stateDirectory, string path, string version, CancellationToken cancellationToken)
    {
        var watchers = new Watchers();
        for (var i = 0; i < count; i++)
        {
            watchers._all.Add(await Watcher.OpenAsync(stateDirectory, path, version, cancellationToken));
        }

        return watchers;
    }

    /// <summary>Waits until every watcher has so many events.</summary>
    /// <exception cref="InvalidOperationException">The server ended a watch.</exception>
    public async Task ReachAsync(long events, CancellationToken cancellationToken)
    {
        while (Slowest < events)
        {
            _all.ForEach(w => w.Check());
            await Task.Delay(Look, cancellationToken);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var watcher in _all)
        {
            await watcher.DisposeAsync();
        }
    }
}
