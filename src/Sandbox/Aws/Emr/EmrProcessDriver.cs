using System.IO.Compression;
using GovernedFinetune.Sandbox.Aws.Jobs;
using GovernedFinetune.Sandbox.Aws.Json;

namespace GovernedFinetune.Sandbox.Aws.Emr;

/// <summary>A job run as a real process: the driver program alone, without a Spark cluster.</summary>
internal sealed class EmrProcessDriver(JobHost host) : IEmrDriver
{
    private const int MaxDetails = 256;

    private readonly Lock _gate = new();
    private CancellationTokenSource? _preparing;
    private JobProcess? _process;
    private bool _cancelled;

    /// <summary>How the service words a driver that ended badly, cut to what <c>stateDetails</c> holds.</summary>
    public static string FailureDetails(int exitCode, string errors)
    {
        var text = $"Job failed, please check complete logs in configured logging destination. ExitCode: {exitCode}. Last few exceptions: ";
        var last = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "";
        text += last;
        return text.Length > MaxDetails ? text[..MaxDetails] : text.TrimEnd();
    }

    public void Begin(EmrJobRun run, DateTimeOffset at)
    {
        run.Enter(RunState.Pending, at);
        host.Run(cancellationToken => RunAsync(run, cancellationToken));
    }

    public void Cancel(EmrJobRun run, DateTimeOffset at, TimeSpan grace)
    {
        lock (_gate)
        {
            _cancelled = true;
            _preparing?.Cancel();
            if (grace == TimeSpan.Zero)
            {
                _process?.Kill();
                return;
            }

            _process?.Terminate();
        }

        run.Agenda.At(at + grace, _ =>
        {
            lock (_gate)
            {
                _process?.Kill();
            }
        });
    }

    private async Task RunAsync(EmrJobRun run, CancellationToken cancellationToken)
    {
        try
        {
            if (run.Role is not { } role || role.Trust?.AllowsService("emr-serverless.amazonaws.com") == false)
            {
                End(run, RunState.Failed,
                    $"Could not assume runtime role {run.Request.Text("executionRoleArn")} because it does not exist or isn't setup with the required trust relationship.");
                return;
            }

            await host.WithRoleAsync(role, run.Id, jobRole => RunAsAsync(run, jobRole, cancellationToken));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            End(run, RunState.Cancelled, "");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            End(run, RunState.Failed, $"Job failed: {e.Message}");
        }
    }

    private async Task RunAsAsync(EmrJobRun run, JobRole role, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(host.Options.StateDirectory, "jobs", "emr", run.Id);
        if (run.Attempt > 1)
        {
            folder = Path.Combine(folder, $"attempt-{run.Attempt}");
        }

        _ = Directory.CreateDirectory(folder);
        var output = new LogFile(Path.Combine(folder, "stdout"), null);
        var errors = new LogFile(Path.Combine(folder, "stderr"), null);

        using var preparing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        JobCommand command;
        lock (_gate)
        {
            _preparing = preparing;
            if (_cancelled)
            {
                preparing.Cancel();
            }
        }

        Advance(run, RunState.Scheduled);
        try
        {
            command = await PrepareAsync(run, role, folder, output, errors, preparing.Token);
        }
        finally
        {
            lock (_gate)
            {
                _preparing = null;
            }
        }

        using var process = await JobProcess.StartAsync(command, cancellationToken);
        lock (_gate)
        {
            _process = process;
            if (_cancelled)
            {
                process.Kill();
            }
        }

        Advance(run, RunState.Running);
        var exitCode = await process.Completion;
        lock (_gate)
        {
            _process = null;
        }

        cancellationToken.ThrowIfCancellationRequested();
        await UploadLogsAsync(run, role, [output, errors], cancellationToken);
        if (_cancelled)
        {
            End(run, RunState.Cancelled, "");
        }
        else if (exitCode == 0)
        {
            End(run, RunState.Success, "Job run completed.");
        }
        else
        {
            End(run, RunState.Failed, FailureDetails(exitCode, errors.Tail()));
        }
    }

    private async Task<JobCommand> PrepareAsync(EmrJobRun run, JobRole role, string folder, LogFile output, LogFile errors, CancellationToken cancellationToken)
    {
        var submit = SparkSubmit.Parse(run.SparkSubmit.Text("sparkSubmitParameters"));
        var entry = await FetchAsync(run.SparkSubmit.Text("entryPoint")!, role, folder, cancellationToken);
        var pythonPath = new List<string>();
        foreach (var file in submit.PyFiles)
        {
            var local = await FetchAsync(file, role, folder, cancellationToken);
            pythonPath.Add(local.EndsWith(".py", StringComparison.Ordinal) ? folder : local);
        }

        var environment = await host.EnvironmentAsync(role, folder);
        environment["PYTHONPATH"] = string.Join(Path.PathSeparator, pythonPath.Distinct());
        foreach (var (name, value) in submit.Environment)
        {
            environment[name] = value;
        }

        return new JobCommand([await Python.ExecutableAsync(), entry, .. run.Arguments], folder, environment, output, errors);
    }

    private static async Task<string> FetchAsync(string uri, JobRole role, string folder, CancellationToken cancellationToken)
    {
        var from = S3Location.Parse(uri);
        var name = from.Key[(from.Key.LastIndexOf('/') + 1)..];
        if (name.Length == 0 || name is "." or ".." or "stdout" or "stderr")
        {
            throw new FormatException($"'{uri}' does not name a file that can be run.");
        }

        var file = Path.Combine(folder, name);
        if (File.Exists(file))
        {
            throw new FormatException($"Two of the run's files are named '{name}'; one of them is '{uri}'.");
        }

        await role.Storage.DownloadAsync(from, file, cancellationToken);
        return file;
    }

    /// <summary>Puts the driver's logs where the run or its application wants them.</summary>
    private static async Task UploadLogsAsync(EmrJobRun run, JobRole role, LogFile[] logs, CancellationToken cancellationToken)
    {
        var monitoring = run.Request.Object("configurationOverrides")?.Object("monitoringConfiguration") ?? run.Application.Request.Object("monitoringConfiguration");
        if (monitoring?.Object("s3MonitoringConfiguration")?.Text("logUri") is not { } logUri)
        {
            return;
        }

        foreach (var log in logs)
        {
            var packed = log.Path + ".gz";
            await using (var source = File.OpenRead(log.Path))
            await using (var target = new GZipStream(File.Create(packed), CompressionLevel.Fastest))
            {
                await source.CopyToAsync(target, cancellationToken);
            }

            await role.Storage.UploadAsync(packed,
                S3Location.Parse(logUri).Below($"applications/{run.Application.Id}/jobs/{run.Id}/SPARK_DRIVER/{Path.GetFileName(packed)}"), cancellationToken);
        }
    }

    private void Advance(EmrJobRun run, string state)
    {
        lock (run.Agenda.Gate)
        {
            if (run.CurrentState != RunState.Cancelling)
            {
                run.Enter(state, host.Clock.GetUtcNow());
            }
        }
    }

    private void End(EmrJobRun run, string state, string details)
    {
        lock (_gate)
        {
            // A driver serves every attempt of its run; the next begins afresh.
            _process = null;
        }

        run.End(_cancelled ? RunState.Cancelled : state, _cancelled ? "" : details, host.Clock.GetUtcNow());
    }
}
