using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Runs.Jobs;

/// <summary>Which run a document belongs to.</summary>
public sealed record JobRun(string Uid, string Namespace, string Name, int Attempt);

/// <summary>The catalog that the job uses.</summary>
public sealed record JobCatalog(string Host, string Flavor);

/// <summary>Where the job finds its credential; never the credential.</summary>
public sealed record JobCredentials(string SecretId, string Region);

/// <summary>The pinned source.</summary>
public sealed record JobSource(string Table, string TableId, string Format, string Location, string Version, string? SnapshotUri, string? Filter);

/// <summary>The snapshot that a JSON source is pinned to.</summary>
public sealed record SourceSnapshot(int SchemaVersion, IReadOnlyList<SnapshotFile> Files);

/// <summary>How to prepare.</summary>
public sealed record JobPreprocessing(string TextColumn, string? GroupColumn, string PromptTemplate, int MaxTokens, string ValidationFraction);

/// <summary>Where to put the prepared table.</summary>
public sealed record JobOutput(string Table, string? TableId, string Location);

/// <summary>The document of a preparation job (docs/job-contract.md).</summary>
public sealed record PrepareJobDocument(
    int SchemaVersion,
    string Kind,
    JobRun Run,
    JobCatalog Catalog,
    JobCredentials Credentials,
    string ManifestUri,
    JobSource Source,
    JobPreprocessing Preprocessing,
    JobOutput Output);

/// <summary>The prepared table, pinned.</summary>
public sealed record JobDataset(
    string Table,
    string TableId,
    string Version,
    string Format,
    string Location,
    string Digest,
    IReadOnlyList<OutputFile> Files);

/// <summary>The base model.</summary>
public sealed record JobModel(string Id, string Revision);

/// <summary>How to train.</summary>
public sealed record JobTraining(string Method, int MaxTokens, IReadOnlyDictionary<string, string> Hyperparameters, bool Checkpoints);

/// <summary>The document of a training job (docs/job-contract.md).</summary>
public sealed record TrainJobDocument(
    int SchemaVersion,
    string Kind,
    JobRun Run,
    JobCatalog Catalog,
    JobCredentials Credentials,
    string ProgressUri,
    JobDataset Dataset,
    JobModel Model,
    JobTraining Training);

/// <summary>What a training job says of itself while it runs.</summary>
public sealed record TrainProgress(long? Step, long? TotalSteps, double? Epoch, int? Percent, long? EtaSeconds, double? TrainLoss, double? EvalLoss);
