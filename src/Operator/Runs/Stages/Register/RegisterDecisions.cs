using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Runs.Stages.Register;

/// <summary>Register's table of decisions.</summary>
public static class RegisterDecisions
{
    /// <summary>Decides.</summary>
    public static Decision Decide(RunFacts run, RegisterObservation seen)
    {
        var registration = run.Status.Registration ?? new RegistrationStatus();
        if (seen.Manifest.Document is not { } manifest)
        {
            return new Decision.Fail(Reasons.ManifestInvalid, seen.Manifest.Problem!);
        }

        if (seen.Version is not { } version)
        {
            return registration.Version is null
                ? new Decision.Do(new CreateModelVersion(run.Spec.Registry.Model))
                : new Decision.Fail(Reasons.Conflict, $"Model version {registration.Model}/{registration.Version} was deleted while it was being registered. Create a new run.");
        }

        var name = $"Model version {version.Model}/{version.Version}";
        return version.State switch
        {
            ModelVersionState.Pending when registration.Digest is null => new Decision.Do(new UploadModelFiles(version)),
            ModelVersionState.Pending => new Decision.Do(new FinalizeModelVersion(version)),
            ModelVersionState.Ready when registration.Digest is null && registration.Version is not null =>
                new Decision.Fail(Reasons.Conflict, $"{name} was finalized by somebody else before its files were uploaded. Delete the version and create a new run."),
            ModelVersionState.Ready when run.Spec.Registry.Alias is { Length: > 0 } alias && !version.Aliases.Contains(alias) =>
                new Decision.Do(new SetModelAlias(version, alias)),
            ModelVersionState.Ready => new Decision.Done($"{name}: {manifest.Files.Count} files, {manifest.Files.Sum(f => f.Bytes)} bytes."),
            ModelVersionState.Failed => new Decision.Fail(Reasons.ServiceFault, $"{name} is in state FAILED_REGISTRATION. Delete it and create a new run."),
            _ => new Decision.Wait(
                Reasons.UnknownCloudState,
                $"{name} is in a state that this version of the operator does not know. Look at it and upgrade the operator.",
                TimeSpan.FromMinutes(2),
                Stalled: true),
        };
    }
}
