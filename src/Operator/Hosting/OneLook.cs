using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Grants;
using GovernedFinetune.Operator.Kubernetes;
using GovernedFinetune.Operator.Leadership;
using GovernedFinetune.Operator.Runs;
using GovernedFinetune.Operator.Status;
using k8s;
using k8s.Models;
using KubeOps.Abstractions.Reconciliation;
using KubeOps.Abstractions.Reconciliation.Finalizer;
using KubeOps.KubernetesClient;

namespace GovernedFinetune.Operator.Hosting;

/// <summary>Reconciles every grant and then every run, once, as KubeOps would, and prints a line for each.</summary>
internal sealed class OneLook(IServiceScopeFactory scopes, ResourceLists lists, IKubernetesClient client, Fence fence, ElectionLease lease)
{
    private int _looked;
    private int _failed;

    /// <summary>Looks.</summary>
    /// <returns>Whether no look failed.</returns>
    /// <exception cref="LeaseLostException">Another replica has the lease now.</exception>
    public async Task<bool> LookAsync(TextWriter output, CancellationToken cancellationToken)
    {
        await foreach (var grant in lists.AllAsync<DatasetGrant>(cancellationToken))
        {
            await LookAsync(
                grant,
                (services, current) => current.Metadata.DeletionTimestamp is null
                    ? services.GetRequiredService<DatasetGrantController>().ReconcileAsync(current, cancellationToken)
                    : Task.FromResult(ReconciliationResult<DatasetGrant>.Success(current)),
                current => (current.Status?.Phase?.ToString(), current.Status?.Conditions),
                output,
                cancellationToken);
        }

        await foreach (var run in lists.AllAsync<FineTuneRun>(cancellationToken))
        {
            await LookAsync(
                run,
                (services, current) => current.Metadata.DeletionTimestamp is null
                    ? services.GetRequiredService<FineTuneRunController>().ReconcileAsync(current, cancellationToken)
                    : FinalizeAsync(services, current, cancellationToken),
                current => (current.Status?.Phase?.ToString(), current.Status?.Conditions),
                output,
                cancellationToken);
        }

        await output.WriteLineAsync($"Looked at {_looked} objects; {_failed} failed.");
        return _failed == 0;
    }

    private async Task LookAsync<TEntity>(
        TEntity listed,
        Func<IServiceProvider, TEntity, Task<ReconciliationResult<TEntity>>> look,
        Func<TEntity, (string? Phase, IList<Condition>? Conditions)> status,
        TextWriter output,
        CancellationToken cancellationToken)
        where TEntity : IKubernetesObject<V1ObjectMeta>
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (name, space) = (listed.Metadata.Name, listed.Metadata.NamespaceProperty);
        if (await client.GetAsync<TEntity>(name: name, @namespace: space, cancellationToken: cancellationToken) is not { } current)
        {
            return;
        }

        await using var scope = scopes.CreateAsyncScope();
        var result = await look(scope.ServiceProvider, current);
        cancellationToken.ThrowIfCancellationRequested();
        if (!fence.IsOpen)
        {
            throw new LeaseLostException($"Lease {lease.Describe()} was lost at {space}/{name}; {lease.Holder} holds it.");
        }

        var (phase, conditions) = status(result.Entity);
        var next = result.RequeueAfter is { } after ? $"next look in {after.TotalSeconds:0} s" : "no next look";
        var trouble = result.IsSuccess ? "" : $": {result.ErrorMessage}";
        await output.WriteLineAsync($"{typeof(TEntity).Name} {space}/{name}: {phase ?? "-"}, {Conditions.Find(conditions, ConditionTypes.Ready)?.Reason ?? "-"}, {next}{trouble}");
        _looked++;

        // A finalizer that waits is no success to KubeOps, and no failure to us: it has no exception.
        _failed += result.Error is null ? 0 : 1;
    }

    private async Task<ReconciliationResult<FineTuneRun>> FinalizeAsync(IServiceProvider services, FineTuneRun run, CancellationToken cancellationToken)
    {
        // As KubeOps does: only the first finalizer's turn has come.
        if (run.Metadata.Finalizers?.FirstOrDefault() != FineTuneRunFinalizer.Identifier)
        {
            return ReconciliationResult<FineTuneRun>.Success(run);
        }

        var result = await services.GetRequiredKeyedService<IEntityFinalizer<FineTuneRun>>(FineTuneRunFinalizer.Identifier).FinalizeAsync(run, cancellationToken);
        if (result.IsSuccess)
        {
            await Finalizers.RemoveAsync(client, result.Entity, FineTuneRunFinalizer.Identifier, cancellationToken);
        }

        return result;
    }
}
