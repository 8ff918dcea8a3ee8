using GovernedFinetune.Sandbox.Aws.Jobs;
using GovernedFinetune.Sandbox.Aws.Json;

namespace GovernedFinetune.Sandbox.Aws.SageMaker;

/// <summary>A training job as a real process, with a folder in place of the container's file system.</summary>
internal sealed class ProcessTraining(JobHost host) : ITrainingDriver
{
    // Between SIGTERM and SIGKILL, as AWS has it.
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(120);

    private readonly Lock _gate = new();
    private CancellationTokenSource? _preparing;
    private JobProcess? _process;
    private bool _stopping;

    public void Begin(TrainingJob job, DateTimeOffset at) => host.Run(cancellationToken => RunAsync(job, cancellationToken));

    public void Stop(TrainingJob job, DateTimeOffset at)
    {
        lock (_gate)
        {
            _stopping = true;
            _preparing?.Cancel();
            _process?.Terminate();
        }

        job.Agenda.At(at + StopGrace, _ =>
        {
            lock (_gate)
            {
                _process?.Kill();
            }
        });
    }

    private async Task RunAsync(TrainingJob job, CancellationToken cancellationToken)
    {
        try
        {
            await host.WithRoleAsync(job.Role, job.Name, role => RunAsAsync(job, role, cancellationToken));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Stopped before it ran: there is nothing to upload.
            End(job, null);
        }
        catch (Exception e) when (e is RoleStorageException or NotSupportedException or FormatException)
        {
            End(job, $"ClientError: {e.Message}");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            End(job, $"InternalServerError: We encountered an internal error. Please try again. {e.GetType().Name}: {e.Message}");
        }
    }

    private async Task RunAsAsync(TrainingJob job, JobRole role, CancellationToken cancellationToken)
    {
        var image = job.Request.Object("AlgorithmSpecification")!.Text("TrainingImage") ?? "";
        if (!host.Options.TrainingImages.TryGetValue(image, out var program) || !Directory.Exists(program))
        {
            var known = host.Options.TrainingImages.Count == 0 ? "none" : string.Join(", ", host.Options.TrainingImages.Keys);
            End(job, $"ClientError: Cannot pull the training image '{image}': the sandbox has no folder for it (--image NAME=DIR). Known images: {known}.");
            return;
        }

        if (job.Request.Object("ResourceConfig")!.Number("InstanceCount") is not 1)
        {
            End(job, "ClientError: the sandbox runs a training job on one host; ResourceConfig.InstanceCount must be 1.");
            return;
        }

        var folder = new TrainingFolder(Path.Combine(host.Options.StateDirectory, "jobs", "sagemaker", job.Name), job);
        var output = folder.LogOf("stdout", line => job.Metrics.Read(line, host.Clock.GetUtcNow()));
        var errors = folder.LogOf("stderr", line => job.Metrics.Read(line, host.Clock.GetUtcNow()));
        var command = await PrepareAsync(job, role, folder, program, output, errors, cancellationToken);

        using var process = await JobProcess.StartAsync(command, cancellationToken);
        lock (_gate)
        {
            _process = process;
            if (_stopping)
            {
                process.Terminate();
            }
        }

        Advance(job, TrainingStatus.Training);
        var exitCode = await process.Completion;
        lock (_gate)
        {
            _process = null;
        }

        cancellationToken.ThrowIfCancellationRequested();
        await folder.UploadCheckpointsAsync(role.Storage, cancellationToken);
        if (exitCode != 0 && !_stopping)
        {
            End(job, await FailureReasonAsync(folder, errors, exitCode, cancellationToken));
            return;
        }

        Advance(job, TrainingStatus.Uploading);
        await folder.UploadModelAsync(role.Storage, cancellationToken);
        End(job, null);
    }

    private async Task<JobCommand> PrepareAsync(
        TrainingJob job, JobRole role, TrainingFolder folder, string program, LogFile output, LogFile errors, CancellationToken cancellationToken)
    {
        using var preparing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        lock (_gate)
        {
            _preparing = preparing;
            if (_stopping)
            {
                preparing.Cancel();
            }
        }

        try
        {
            Advance(job, TrainingStatus.Downloading);
            await folder.CreateAsync(preparing.Token);
            await folder.DownloadAsync(role.Storage, preparing.Token);
            var environment = await host.EnvironmentAsync(role, folder.Home, pathFirst: program);
            folder.Describe(environment);
            preparing.Token.ThrowIfCancellationRequested();
            return new JobCommand(ProgramOf(job, program), program, environment, output, errors);
        }
        finally
        {
            lock (_gate)
            {
                _preparing = null;
            }
        }
    }

    private static IReadOnlyList<string> ProgramOf(TrainingJob job, string program)
    {
        var algorithm = job.Request.Object("AlgorithmSpecification")!;
        var entrypoint = algorithm.Texts("ContainerEntrypoint");
        return [.. entrypoint.Count > 0 ? entrypoint : [Path.Combine(program, "train")], .. algorithm.Texts("ContainerArguments")];
    }

    private static async Task<string> FailureReasonAsync(TrainingFolder folder, LogFile errors, int exitCode, CancellationToken cancellationToken)
    {
        const string Prefix = "AlgorithmError: ";
        var suffix = $", exit code: {exitCode}";
        var text = await folder.FailureAsync(cancellationToken);
        var room = 1024 - Prefix.Length - suffix.Length;
        if (text is not { Length: > 0 })
        {
            var tail = errors.Tail();
            text = tail.Length > room ? tail[^room..] : tail;
        }

        return Prefix + (text.Length > room ? text[..room] : text) + suffix;
    }

    private void Advance(TrainingJob job, string secondary)
    {
        lock (job.Agenda.Gate)
        {
            // While it stops, only the upload still shows.
            if (job.Primary == TrainingStatus.InProgress || secondary == TrainingStatus.Uploading)
            {
                job.Enter(secondary, host.Clock.GetUtcNow());
            }
        }
    }

    private void End(TrainingJob job, string? failureReason) => job.End(failureReason, host.Clock.GetUtcNow());
}
