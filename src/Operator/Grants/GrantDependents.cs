using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Runs;
using GovernedFinetune.Operator.Runs.Observing;
using KubeOps.KubernetesClient;

namespace GovernedFinetune.Operator.Grants;

/// <summary>The runs that name a grant.</summary>
public sealed class GrantDependents(IKubernetesClient client, RunWaker waker)
{
    /// <summary>How many of them are under way.</summary>
    public async Task<int> CountActiveAsync(DatasetGrant grant, CancellationToken cancellationToken) =>
        (await ActiveAsync(grant, cancellationToken)).Count;

    /// <summary>Has those under way look at the grant now.</summary>
    public async Task WakeAsync(DatasetGrant grant, CancellationToken cancellationToken)
    {
        foreach (var run in await ActiveAsync(grant, cancellationToken))
        {
            await waker.WakeAsync(run, cancellationToken);
        }
    }

    private async Task<List<FineTuneRun>> ActiveAsync(DatasetGrant grant, CancellationToken cancellationToken)
    {
        var runs = await client.ListAsync<FineTuneRun>(@namespace: grant.Metadata.NamespaceProperty, cancellationToken: cancellationToken);
        return [.. runs.Where(r => r.Spec.Grant == grant.Metadata.Name && !RunSummary.IsTerminal(r.Status?.Phase))];
    }
}
