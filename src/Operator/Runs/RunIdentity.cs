using GovernedFinetune.Entities;

namespace GovernedFinetune.Operator.Runs;

/// <summary>Which run it is. The uid tells two runs of the same name apart, so every name and token comes from it.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Uid">Its uid.</param>
public sealed record RunIdentity(string Namespace, string Name, string Uid)
{
    /// <summary>The identity of a run that the API server has stored.</summary>
    public static RunIdentity Of(FineTuneRun run) => new(run.Metadata.NamespaceProperty, run.Metadata.Name, run.Metadata.Uid);

    /// <inheritdoc />
    public override string ToString() => $"{Namespace}/{Name}";
}
