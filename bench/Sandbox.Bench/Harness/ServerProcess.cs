using System.Diagnostics;

namespace GovernedFinetune.Bench.Harness;

/// <summary>A .NET program in a process of its own, with a state directory that goes with it. Its figures are read from outside.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, string stateDirectory)
    {
        _process = process;
        StateDirectory = stateDirectory;
    }

    public string StateDirectory { get; }

    /// <summary>Resident memory now, in MiB.</summary>
    public double ResidentMiB => Read(p => p.WorkingSet64) / (double)(1 << 20);

    /// <summary>The largest resident memory so far, in MiB.</summary>
    public double PeakMiB => Read(p => p.PeakWorkingSet64) / (double)(1 << 20);

    /// <summary>Processor time so far, over all cores.</summary>
    public TimeSpan Processor => Read(p => p.TotalProcessorTime);

    /// <summary>Starts a program that stands beside this one, and waits for the first line that it prints.</summary>
    /// <param name="assembly">File name of the program's assembly.</param>
    /// <param name="arguments">Its arguments; <c>--state-dir</c> is added.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="InvalidOperationException">The program ended instead.</exception>
    public static async Task<ServerProcess> StartAsync(string assembly, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var state = Directory.CreateTempSubdirectory("bench-").FullName;
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, assembly), .. arguments, "--state-dir", state])
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        var server = new ServerProcess(process, state);
        if (await process.StandardOutput.ReadLineAsync(cancellationToken) is null)
        {
            await server.DisposeAsync();
            throw new InvalidOperationException($"{assembly} ended before it was ready; what it said is above.");
        }

        return server;
    }

    /// <summary>Sends a line and waits for the line that answers it.</summary>
    public async Task<string> AskAsync(string line, CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(line.AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        return await _process.StandardOutput.ReadLineAsync(cancellationToken)
            ?? throw new InvalidOperationException($"The server ended instead of answering '{line}'.");
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(StateDirectory, recursive: true);
    }

    private T Read<T>(Func<Process, T> figure)
    {
        _process.Refresh();
        return figure(_process);
    }
}
