using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs.Jobs;

namespace GovernedFinetune.Operator.Runs.Stages.Train;

/// <summary>Reads what the run's training job left.</summary>
public static class TrainedManifest
{
    /// <summary>Reads the manifest beside the model files.</summary>
    public static Task<Read<TrainManifest>> ReadAsync(RunScope scope, string artifactUri, CancellationToken cancellationToken)
    {
        var location = S3Location.Parse(artifactUri).Append("manifest.json");
        var uri = location.ToString();
        return scope.Memory.ManifestAsync(uri, async () => JobJson.Parse<TrainManifest>(
            await scope.Services.Artifacts.GetAsync(location, JobJson.MaxBytes, cancellationToken), uri));
    }
}
