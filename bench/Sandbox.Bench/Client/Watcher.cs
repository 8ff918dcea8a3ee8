namespace GovernedFinetune.Bench.Client;

/// <summary>Watches a collection on a connection of its own and counts the events; it does not parse them, so as to leave the cores to the server.</summary>
internal sealed class Watcher : IAsyncDisposable
{
    private readonly KubeClient _client;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;
    private long _events;
    private long _bytes;

    private Watcher(KubeClient client, Stream stream)
    {
        _client = client;
        _reading = ReadAsync(stream);
    }

    /// <summary>Events so far.</summary>
    public long Events => Volatile.Read(ref _events);

    /// <summary>Bytes so far.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Opens a watch.</summary>
    /// <param name="stateDirectory">The sandbox's.</param>
    /// <param name="path">The collection, with a query if it needs one.</param>
    /// <param name="version">Version to begin after.</param>
    /// <param name="cancellationToken">Stops the opening.</param>
    public static async Task<Watcher> OpenAsync(string stateDirectory, string path, string version, CancellationToken cancellationToken)
    {
        var client = KubeClient.Connect(stateDirectory);
        return new Watcher(client, await client.OpenAsync($"{path}?watch=true&resourceVersion={version}", cancellationToken));
    }

    /// <summary>Throws when the server ended the watch.</summary>
    public void Check()
    {
        if (_reading.IsCompleted)
        {
            throw new InvalidOperationException($"The server ended a watch after {Events} events.", _reading.Exception);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task ReadAsync(Stream stream)
    {
        var buffer = new byte[256 << 10];
        int read;
        while ((read = await stream.ReadAsync(buffer, _stop.Token)) > 0)
        {
            Volatile.Write(ref _events, _events + buffer.AsSpan(0, read).Count((byte)'\n'));
            Volatile.Write(ref _bytes, _bytes + read);
        }
    }
}
