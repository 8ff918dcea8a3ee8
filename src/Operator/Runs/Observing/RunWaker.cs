using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Kubernetes;
using KubeOps.Abstractions.Reconciliation.Queue;

namespace GovernedFinetune.Operator.Runs.Observing;

/// <summary>Has a run reconciled now rather than at its next wake-up.</summary>
public sealed class RunWaker(EntityQueue<FineTuneRun> queue)
{
    /// <summary>Wakes a run.</summary>
    public Task WakeAsync(FineTuneRun run, CancellationToken cancellationToken) => queue.NowAsync(run, cancellationToken);
}
