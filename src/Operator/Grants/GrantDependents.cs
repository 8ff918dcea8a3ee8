using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Kubernetes;
using GovernedFinetune.Operator.Runs;
using GovernedFinetune.Operator.Runs.Observing;

namespace GovernedFinetune.Operator.Grants;

/// <summary>The runs that name a grant, of those that this installation looks after.</summary>
public sealed class GrantDependents(ResourceLists lists, RunWaker waker)
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
        var active = new List<FineTuneRun>();
        await foreach (var run in lists.AllAsync<FineTuneRun>(grant.Metadata.NamespaceProperty, cancellationToken))
        {
            if (run.Spec.Grant == grant.Metadata.Name && !RunSummary.IsTerminal(run.Status?.Phase))
            {
                active.Add(run);
            }
        }

        return active;
    }
}
