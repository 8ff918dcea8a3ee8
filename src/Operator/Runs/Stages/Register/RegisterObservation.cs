using GovernedFinetune.Operator.Runs.Jobs;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Runs.Stages.Register;

/// <summary>What Register looks at.</summary>
/// <param name="Manifest">What the training job left.</param>
/// <param name="Version">This run's model version; null when there is none yet.</param>
public sealed record RegisterObservation(Read<TrainManifest> Manifest, ModelVersion? Version);

/// <summary>Creates the model, if need be, and a pending version of it.</summary>
public sealed record CreateModelVersion(string Model) : Effect("CreateModelVersion", Model);

/// <summary>Uploads the files into the pending version. Its digest is stored before the version is finalized: a ready
/// version without one was finalized by somebody else.</summary>
public sealed record UploadModelFiles(ModelVersion Version) : Effect("UploadModelFiles", $"{Version.Model}/{Version.Version}", ResultMustBeStored: true);

/// <summary>Makes the version ready.</summary>
public sealed record FinalizeModelVersion(ModelVersion Version) : Effect("FinalizeModelVersion", $"{Version.Model}/{Version.Version}");

/// <summary>Lets the alias name the version.</summary>
public sealed record SetModelAlias(ModelVersion Version, string Alias) : Effect("SetModelAlias", $"{Version.Model}@{Alias}");
