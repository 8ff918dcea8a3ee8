using GovernedFinetune.Operator.Runs.Jobs;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Runs.Stages.Preprocess;

/// <summary>What Preprocess looks at.</summary>
/// <param name="Job">The job; null when it was not started, or the service does not know it.</param>
/// <param name="Failure">The error line that a failed job left; null when there is none.</param>
/// <param name="Manifest">What the job left; null until it has succeeded.</param>
/// <param name="OutputTable">The output table; null when it does not exist. Looked at once the manifest is there.</param>
/// <param name="OutputLocation">Where the output table belongs.</param>
/// <param name="IntentIsStale">Whether the intent is too old to send a start with (<see cref="PrepareIntent"/>).</param>
public sealed record PreprocessObservation(
    PrepareJob? Job,
    string? Failure,
    Read<PrepareManifest>? Manifest,
    CatalogTable? OutputTable,
    string OutputLocation,
    bool IntentIsStale = false);

/// <summary>Starts the preparation job.</summary>
public sealed record StartPrepareJob(string JobName) : Effect("StartPrepareJob", JobName, ResultMustBeStored: true);

/// <summary>Registers the prepared files as an external table.</summary>
public sealed record CreateOutputTable(NewExternalTable Table) : Effect("CreateOutputTable", Table.FullName);
