using System.Diagnostics;

namespace GovernedFinetune.Bench.Harness;

/// <summary>Wall time, and the processor time that the server and this process, its client, take meanwhile.</summary>
internal sealed class Stint(ServerProcess server)
{
    private readonly TimeSpan _server = server.Processor;
    private readonly TimeSpan _client = Process.GetCurrentProcess().TotalProcessorTime;
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    public TimeSpan Elapsed => _watch.Elapsed;

    /// <summary>Ends the stint.</summary>
    public (TimeSpan Wall, TimeSpan Server, TimeSpan Client) End()
    {
        var wall = _watch.Elapsed;
        return (wall, server.Processor - _server, Process.GetCurrentProcess().TotalProcessorTime - _client);
    }
}
