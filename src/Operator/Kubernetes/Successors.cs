using k8s;
using k8s.Models;
using KubeOps.Abstractions.Reconciliation.Queue;
using KubeOps.KubernetesClient;

namespace GovernedFinetune.Operator.Kubernetes;

/// <summary>
/// Objects that were made again under the name of one that is gone. When both happen within a moment, KubeOps tells of the
/// deletion with the new object and never reconciles that (reference kubeops.md, section 4); so whoever is told of a
/// deletion looks whether the name lives on.
/// </summary>
public sealed class Successors<TEntity>(IKubernetesClient client, EntityQueue<TEntity> queue)
    where TEntity : IKubernetesObject<V1ObjectMeta>
{
    /// <summary>Queues the object that now has the name, if there is one.</summary>
    /// <param name="gone">The object of whose deletion was told; perhaps the new one itself.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public async Task QueueAsync(TEntity gone, CancellationToken cancellationToken)
    {
        if (await client.GetAsync<TEntity>(name: gone.Metadata.Name, @namespace: gone.Metadata.NamespaceProperty, cancellationToken: cancellationToken) is { } living)
        {
            await queue.NowAsync(living, cancellationToken);
        }
    }
}
