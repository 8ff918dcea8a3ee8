using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Runs;
using KubeOps.Abstractions.Reconciliation;
using KubeOps.Abstractions.Reconciliation.Queue;
using KubeOps.KubernetesClient;

namespace GovernedFinetune.Operator.Hosting;

/// <summary>
/// Lists every object once an interval and queues those that are under way. KubeOps drops an object after its last retry
/// and misses what happened while a watch was down; this makes both harmless.
/// </summary>
public sealed class Resync(
    IKubernetesClient client,
    EntityQueue<FineTuneRun> runs,
    EntityQueue<DatasetGrant> grants,
    OperatorOptions options,
    Readiness readiness,
    TimeProvider clock,
    ILogger<Resync> logger) : BackgroundService
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(2);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = options.ResyncInterval;
            try
            {
                await ListAsync(stoppingToken);
                readiness.Listed();
            }
            catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                ResyncLog.Failed(logger, e.Message);
                wait = AfterFailure;
            }

            await Task.Delay(wait, clock, stoppingToken);
        }
    }

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        foreach (var grant in await client.ListAsync<DatasetGrant>(@namespace: options.Namespace, cancellationToken: cancellationToken))
        {
            _ = await grants(grant, ReconciliationType.Modified, ReconciliationTriggerSource.Operator, TimeSpan.Zero, 0, cancellationToken);
        }

        foreach (var run in await client.ListAsync<FineTuneRun>(@namespace: options.Namespace, cancellationToken: cancellationToken))
        {
            if (!RunSummary.IsTerminal(run.Status?.Phase) || run.Metadata.DeletionTimestamp is not null || run.Spec.TtlAfterFinished is not null)
            {
                _ = await runs(run, ReconciliationType.Modified, ReconciliationTriggerSource.Operator, TimeSpan.Zero, 0, cancellationToken);
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
