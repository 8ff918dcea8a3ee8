using GovernedFinetune.Operator.Profiles;

namespace GovernedFinetune.Operator.Runs.Ports;

/// <summary>The outside world as the runs of one profile see it.</summary>
/// <param name="Tables">Tables of the catalog.</param>
/// <param name="Models">Registered models of the catalog.</param>
/// <param name="Lineage">Where lineage is written.</param>
/// <param name="Storage">Governed storage, through vended credentials only.</param>
/// <param name="Artifacts">The operator's own bucket.</param>
/// <param name="PrepareJobs">EMR Serverless.</param>
/// <param name="TrainingJobs">SageMaker.</param>
public sealed record RunServices(
    ICatalogTables Tables,
    IModelRegistry Models,
    ILineageSink Lineage,
    IGovernedStorage Storage,
    IArtifactStore Artifacts,
    IPrepareJobs PrepareJobs,
    ITrainingJobs TrainingJobs);

/// <summary>Gives each profile its services; the same ones each time, so that connections, tokens and rate limits are shared.</summary>
public interface IRunServicesFactory
{
    /// <summary>The services of a profile.</summary>
    RunServices For(Profile profile);
}
