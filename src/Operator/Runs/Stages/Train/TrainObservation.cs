using GovernedFinetune.Operator.Runs.Jobs;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Runs.Stages.Train;

/// <summary>What Train looks at.</summary>
/// <param name="Job">The job; null when it was not created, or the service does not know it.</param>
/// <param name="Progress">What the job says of itself; null until it does.</param>
/// <param name="Manifest">What the job left; null until it has succeeded.</param>
public sealed record TrainObservation(TrainingJob? Job, TrainProgress? Progress, Read<TrainManifest>? Manifest);

/// <summary>Creates the training job.</summary>
public sealed record CreateTrainingJob(string JobName) : Effect("CreateTrainingJob", JobName);
