using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Kubernetes;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs.Ports;
using KubeOps.KubernetesClient;

namespace GovernedFinetune.Operator.Runs;

/// <summary>Fetches what the passes over a run need.</summary>
public sealed class RunScopeFactory(IKubernetesClient client, ProfileSet profiles, IRunServicesFactory services)
{
    /// <summary>Opens the scope of a run; null when the operator has no profile of the name that the run gives.</summary>
    public async Task<RunScope?> OpenAsync(FineTuneRun run, CancellationToken cancellationToken)
    {
        if (profiles.Find(run.Spec.Profile) is not { } profile)
        {
            return null;
        }

        var grant = await client.GetAsync<DatasetGrant>(
            name: run.Spec.Grant, @namespace: run.Metadata.NamespaceProperty, cancellationToken: cancellationToken);
        return new RunScope(run, StatusPatch.Copy(run.Status ?? new FineTuneRunStatus()), profile, services.For(profile), grant);
    }
}
