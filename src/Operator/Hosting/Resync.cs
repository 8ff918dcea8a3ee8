using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Kubernetes;
using GovernedFinetune.Operator.Leadership;
using GovernedFinetune.Operator.Runs;
using KubeOps.Abstractions.Reconciliation.Queue;

namespace GovernedFinetune.Operator.Hosting;

/// <summary>
/// Lists every object once an interval and queues those that are under way. KubeOps drops an object after its last retry
/// and misses what happened while a watch was down, or deaf without knowing it; this makes all that harmless. A term
/// begins with a watch that tells of every object, so the first list comes an interval later; until then one object of
/// each kind is asked for, to see that they can be listed at all.
/// </summary>
internal sealed class Resync(
    ResourceLists lists,
    EntityQueue<FineTuneRun> runs,
    EntityQueue<DatasetGrant> grants,
    OperatorOptions options,
    Fence fence,
    Readiness readiness,
    TimeProvider clock,
    ILogger<Resync> logger) : BackgroundService
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(2);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Also a replica that stands by shows that it could take over.
        await UntilDoneAsync(lists.ProbeAsync, stoppingToken);
        while (true)
        {
            await fence.OpensAsync(stoppingToken);
            if (readiness.SinceListed > options.ResyncInterval)
            {
                await UntilDoneAsync(lists.ProbeAsync, stoppingToken);
            }

            await Task.Delay(options.ResyncInterval, clock, stoppingToken);
            if (fence.IsOpen)
            {
                await UntilDoneAsync(QueueAllAsync, stoppingToken);
            }
        }
    }

    private async Task UntilDoneAsync(Func<CancellationToken, Task> list, CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await list(stoppingToken);
                readiness.Listed();
                return;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                ResyncLog.Failed(logger, e.Message);
                await Task.Delay(AfterFailure, clock, stoppingToken);
            }
        }
    }

    private async Task QueueAllAsync(CancellationToken cancellationToken)
    {
        await foreach (var grant in lists.AllAsync<DatasetGrant>(cancellationToken))
        {
            await grants.NowAsync(grant, cancellationToken);
        }

        await foreach (var run in lists.AllAsync<FineTuneRun>(cancellationToken))
        {
            if (Retention.NeedsLooking(run, clock.GetUtcNow()))
            {
                await runs.NowAsync(run, cancellationToken);
            }
        }
    }
}

/// <summary>Log lines of the resync.</summary>
internal static partial class ResyncLog
{
    [LoggerMessage(EventId = 400, Level = LogLevel.Warning, Message = "Listing FineTuneRuns and DatasetGrants failed and will be tried again: {Text}")]
    public static partial void Failed(ILogger logger, string text);
}
