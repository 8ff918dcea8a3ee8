using System.Diagnostics;

namespace GovernedFinetune.Sandbox.Aws.Jobs;

/// <summary>What to run.</summary>
/// <param name="Arguments">Program and arguments.</param>
/// <param name="WorkingDirectory">Where.</param>
/// <param name="Environment">Its whole environment; nothing of the sandbox's own is inherited.</param>
/// <param name="Output">Where its standard output goes.</param>
/// <param name="Errors">Where its standard error goes.</param>
internal sealed record JobCommand(
    IReadOnlyList<string> Arguments,
    string WorkingDirectory,
    IReadOnlyDictionary<string, string> Environment,
    LogFile Output,
    LogFile Errors);

/// <summary>
/// A job's process, in a session of its own under a small supervisor. Orders go to the supervisor as lines on its standard
/// input, whose end is an order too: when the sandbox dies, however it dies, the job's whole process group is killed.
/// </summary>
internal sealed class JobProcess : IDisposable
{
    private const string Supervisor =
        """
        import os, signal, subprocess, sys, threading
        try:
            os.setsid()
        except PermissionError:
            pass
        try:
            child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, start_new_session=True)
        except OSError as e:
            print(f"cannot run {sys.argv[1]}: {e.strerror}", file=sys.stderr)
            os._exit(127)
        def kill():
            try:
                os.killpg(child.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass
        def obey():
            for order in sys.stdin:
                if order.strip() == "TERM":
                    child.terminate()
                else:
                    kill()
            kill()
        threading.Thread(target=obey, daemon=True).start()
        code = child.wait()
        kill()
        os._exit(code if code >= 0 else 128 - code)
        """;

    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly Lock _gate = new();

    private JobProcess(Process process, JobCommand command, CancellationToken cancellationToken)
    {
        _process = process;
        Completion = RunAsync(command, cancellationToken);
    }

    /// <summary>The exit code, once the process and everything it started is gone and its output is in the files. 128 + n after signal n.</summary>
    public Task<int> Completion { get; }

    /// <summary>Starts a process.</summary>
    /// <param name="command">What to run.</param>
    /// <param name="cancellationToken">Kills it.</param>
    public static async Task<JobProcess> StartAsync(JobCommand command, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(await Python.ExecutableAsync(), ["-I", "-S", "-c", Supervisor, .. command.Arguments])
        {
            WorkingDirectory = command.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in command.Environment)
        {
            start.Environment[name] = value;
        }

        return new JobProcess(Process.Start(start)!, command, cancellationToken);
    }

    /// <summary>Sends SIGTERM to the process, as a container's first process gets it.</summary>
    public void Terminate() => Order("TERM");

    /// <summary>Sends SIGKILL to the process and all that it started.</summary>
    public void Kill() => Order("KILL");

    public void Dispose() => _process.Dispose();

    private async Task<int> RunAsync(JobCommand command, CancellationToken cancellationToken)
    {
        await using var killing = cancellationToken.Register(Kill);
        using var drained = new CancellationTokenSource();
        var pumps = Task.WhenAll(
            command.Output.PumpAsync(_process.StandardOutput.BaseStream, drained.Token),
            command.Errors.PumpAsync(_process.StandardError.BaseStream, drained.Token));
        await _process.WaitForExitAsync(CancellationToken.None);
        // A process that put itself into another session may still hold the pipes.
        drained.CancelAfter(DrainLimit);
        try
        {
            await pumps;
        }
        catch (OperationCanceledException)
        {
            // What it writes from now on is nobody's log.
        }

        return _process.ExitCode;
    }

    private void Order(string order)
    {
        try
        {
            lock (_gate)
            {
                _process.StandardInput.WriteLine(order);
                _process.StandardInput.Flush();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It is gone, which is what the order was for.
        }
    }
}
