using System.Runtime.CompilerServices;
using GovernedFinetune.Entities;
using k8s;
using k8s.Models;
using KubeOps.Abstractions.Entities;

namespace GovernedFinetune.Operator.Kubernetes;

/// <summary>Lists the objects that this installation looks after, a page at a time: thousands of runs at once are many
/// megabytes, here and in the API server.</summary>
/// <param name="client">The API server.</param>
/// <param name="selector">The objects that it looks after.</param>
/// <param name="watched">The namespace that it looks after; null is every one.</param>
public sealed class ResourceLists(IKubernetes client, LabelSelector selector, string? watched)
{
    private const int PageSize = 500;

    /// <summary>Sees that both kinds can be listed.</summary>
    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        _ = await PageAsync<DatasetGrant>(watched, 1, null, cancellationToken);
        _ = await PageAsync<FineTuneRun>(watched, 1, null, cancellationToken);
    }

    /// <summary>Every object of a kind.</summary>
    public IAsyncEnumerable<TEntity> AllAsync<TEntity>(CancellationToken cancellationToken)
        where TEntity : IKubernetesObject<V1ObjectMeta> => AllAsync<TEntity>(watched, cancellationToken);

    /// <summary>Every object of a kind in a namespace; null is every namespace.</summary>
    public async IAsyncEnumerable<TEntity> AllAsync<TEntity>(string? space, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TEntity : IKubernetesObject<V1ObjectMeta>
    {
        string? next = null;
        do
        {
            var page = await PageAsync<TEntity>(space, PageSize, next, cancellationToken);
            foreach (var item in page.Items)
            {
                yield return item;
            }

            next = page.Metadata?.ContinueProperty;
        }
        while (!string.IsNullOrEmpty(next));
    }

    private Task<EntityList<TEntity>> PageAsync<TEntity>(string? space, int limit, string? next, CancellationToken cancellationToken)
        where TEntity : IKubernetesObject<V1ObjectMeta>
    {
        var plural = typeof(TEntity).GetKubernetesTypeMetadata().PluralName;
        var objects = client.CustomObjects;
        return space is null
            ? objects.ListClusterCustomObjectAsync<EntityList<TEntity>>(
                group: Api.Group, version: Api.Version, plural: plural, continueParameter: next, labelSelector: selector.Text, limit: limit, cancellationToken: cancellationToken)
            : objects.ListNamespacedCustomObjectAsync<EntityList<TEntity>>(
                group: Api.Group, version: Api.Version, namespaceParameter: space, plural: plural, continueParameter: next, labelSelector: selector.Text, limit: limit, cancellationToken: cancellationToken);
    }
}
