using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Kubernetes;
using KubeOps.Abstractions.Events;

namespace GovernedFinetune.Operator.Runs;

/// <summary>Stores what a pass found out: the status, then the events that tell of it.</summary>
public sealed class RunStore(StatusWriter writer, EventPublisher events, ILogger<RunStore> logger)
{
    /// <summary>Stores the status of a scope when it changed, and publishes its events.</summary>
    /// <returns>The scope with the run as it is stored; null when the run is gone.</returns>
    public async Task<RunScope?> SaveAsync(RunScope scope, CancellationToken cancellationToken)
    {
        if (await SaveAsync(scope.Run, scope.Status, cancellationToken) is not { } run)
        {
            return null;
        }

        foreach (var happened in scope.Events)
        {
            RunLog.Transition(logger, scope.Status.Phase, happened.Reason, happened.Message);
            await events(run, happened.Reason, happened.Message, happened.Warning ? EventType.Warning : EventType.Normal, cancellationToken);
        }

        scope.Events.Clear();
        return scope with { Run = run, Status = StatusPatch.Copy(scope.Status) };
    }

    /// <summary>Stores a status when it changed.</summary>
    /// <returns>The run as it is stored; null when it is gone.</returns>
    public Task<FineTuneRun?> SaveAsync(FineTuneRun run, FineTuneRunStatus status, CancellationToken cancellationToken) =>
        writer.WriteAsync(run, run.Status ?? new FineTuneRunStatus(), status, r => r.Status, "finetuneruns", cancellationToken);
}
