using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Status;

namespace GovernedFinetune.Operator.Runs.Stages.RecordLineage;

/// <summary>What RecordLineage looks at: its own status is the outbox's mark.</summary>
/// <param name="Recorded">Whether every entry was delivered.</param>
public sealed record RecordLineageObservation(bool Recorded);

/// <summary>
/// Delivers the outbox. All of its entries are upserts with deterministic names, so delivering it again, after a crash in
/// the middle, ends in the same graph: for the audit it is one effect.
/// </summary>
public sealed record DeliverLineage(string Model) : Effect("DeliverLineage", Model);

/// <summary>Writes the lineage from source table to model version.</summary>
public sealed class RecordLineageStage : Stage<RecordLineageObservation>
{
    /// <inheritdoc />
    public override FineTuneRunPhase Phase => FineTuneRunPhase.RecordingLineage;

    /// <inheritdoc />
    public override string Condition => ConditionTypes.LineageRecorded;

    /// <inheritdoc />
    public override void Enter(RunScope scope, DateTimeOffset now) => scope.Status.Lineage ??= new LineageStatus();

    /// <inheritdoc />
    public override TimeSpan Deadline(FineTuneRunSpec spec) => TimeSpan.FromDays(3);

    /// <inheritdoc />
    public override async Task ActAsync(RunScope scope, Effect effect, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (effect is not DeliverLineage)
        {
            throw NotMine(effect);
        }

        var graph = LineageGraph.Of(scope);
        var made = new HashSet<LineageNode>();
        foreach (var external in graph.Objects)
        {
            if (await scope.Services.Lineage.UpsertObjectAsync(external, cancellationToken))
            {
                _ = made.Add(new LineageNode.External(external.Name));
            }
        }

        foreach (var edge in graph.Edges)
        {
            var mayExist = !made.Contains(edge.Source) && !made.Contains(edge.Target);
            await scope.Services.Lineage.UpsertEdgeAsync(edge, mayExist, cancellationToken);
        }

        scope.Status.Lineage = new LineageStatus
        {
            ExternalObjects = [.. graph.Objects.Select(o => o.Name)],
            Edges = graph.Edges.Count,
            RecordedAt = Times.Second(now),
        };
    }

    /// <inheritdoc />
    protected override Task<RecordLineageObservation> ObserveAsync(RunScope scope, DateTimeOffset now, CancellationToken cancellationToken) =>
        Task.FromResult(new RecordLineageObservation(scope.Status.Lineage?.RecordedAt is not null));

    /// <inheritdoc />
    protected override void Record(FineTuneRunStatus status, RecordLineageObservation seen, DateTimeOffset now)
    {
        // Nothing is observed that the status does not hold already.
    }

    /// <inheritdoc />
    protected override Decision Decide(RunFacts run, RecordLineageObservation seen) => seen.Recorded
        ? new Decision.Done($"{run.Status.Lineage?.ExternalObjects?.Count} jobs and {run.Status.Lineage?.Edges} edges.")
        : new Decision.Do(new DeliverLineage($"{run.Spec.Registry.Model}/{run.Status.Registration?.Version}"));
}
