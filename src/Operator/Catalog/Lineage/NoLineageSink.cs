using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Catalog.Lineage;

/// <summary>The open-source server keeps no lineage. Saying so is better than a run that claims to have recorded it.</summary>
internal sealed class NoLineageSink : ILineageSink
{
    /// <inheritdoc />
    public Task<bool> UpsertObjectAsync(ExternalObject externalObject, CancellationToken cancellationToken) => throw Refusal();

    /// <inheritdoc />
    public Task UpsertEdgeAsync(LineageEdge edge, bool mayExist, CancellationToken cancellationToken) => throw Refusal();

    private static OperatorException Refusal() => OperatorException.Terminal(
        Reasons.RequestRejected,
        "The open-source Unity Catalog server keeps no external lineage. Use a profile whose catalog flavor is Databricks.");
}
