using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs.Jobs;

namespace GovernedFinetune.Operator.Runs.Stages.Preprocess;

/// <summary>Reads what the run's preparation job left.</summary>
public static class PreparedManifest
{
    /// <summary>Reads the manifest that the status names.</summary>
    public static Task<Read<PrepareManifest>> ReadAsync(RunScope scope, CancellationToken cancellationToken)
    {
        var uri = scope.Status.Preprocessing!.ManifestUri!;
        return scope.Memory.ManifestAsync(uri, async () => JobJson.Parse<PrepareManifest>(
            await scope.Services.Artifacts.GetAsync(S3Location.Parse(uri), JobJson.MaxBytes, cancellationToken), uri));
    }
}
