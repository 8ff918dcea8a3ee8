using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs.Jobs;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Runs.Stages.Train;

/// <summary>Makes the training job's document and request.</summary>
public static class TrainJobFactory
{
    /// <summary>Where the job says how far it is.</summary>
    public static S3Location Progress(RunScope scope) => scope.Folder(StageNames.Train, scope.Attempt).Append("progress.json");

    /// <summary>The document. It holds names, never a credential.</summary>
    public static TrainJobDocument Document(RunScope scope, ManifestOutput prepared, string digest) => new(
        1,
        "TrainJob",
        new JobRun(scope.Id.Uid, scope.Id.Namespace, scope.Id.Name, scope.Attempt),
        JobParts.Catalog(scope),
        JobParts.Credentials(scope),
        Progress(scope).ToString(),
        new JobDataset(
            prepared.Table,
            scope.Status.Preprocessing!.OutputTableId!,
            prepared.Version,
            prepared.Format,
            prepared.Location,
            digest,
            prepared.Files),
        new JobModel(scope.Spec.Model.Id, scope.Spec.Model.Revision),
        new JobTraining(
            scope.Spec.Training.Method.ToString(),
            scope.Spec.Preprocessing.MaxTokens,
            (scope.Spec.Training.Hyperparameters ?? new Dictionary<string, string>()).ToDictionary(h => h.Key, h => h.Value),
            scope.Spec.Training.Spot is not null));

    /// <summary>The request.</summary>
    public static TrainingJobRequest Request(RunScope scope, string jobName, S3Location document)
    {
        var training = scope.Spec.Training;
        return new TrainingJobRequest(
            jobName,
            scope.Id.Uid,
            scope.Attempt,
            document,
            scope.Folder(StageNames.Train, scope.Attempt),

            // One folder for all attempts: the next one goes on where the last one stopped.
            training.Spot is null ? null : RunNames.Folder(scope.Profile.Storage.Artifacts, scope.Id).Append("checkpoints"),
            training.InstanceType,
            training.InstanceCount,
            training.VolumeSizeGB,
            KubernetesDuration.Parse(training.MaxRuntime),
            training.Spot is { } spot ? KubernetesDuration.Parse(spot.MaxWait) : null,
            JobTags.Of(scope, StageNames.Train));
    }
}
