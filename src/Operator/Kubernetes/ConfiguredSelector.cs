using k8s;
using k8s.Models;
using KubeOps.Abstractions.Entities;

namespace GovernedFinetune.Operator.Kubernetes;

/// <summary>Tells KubeOps' watch of a kind what the configuration selects.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <param name="selector">The configuration's selector.</param>
public sealed class ConfiguredSelector<TEntity>(LabelSelector selector) : IEntityLabelSelector<TEntity>
    where TEntity : IKubernetesObject<V1ObjectMeta>
{
    /// <inheritdoc />
    public ValueTask<string?> GetLabelSelectorAsync(CancellationToken cancellationToken) => new(selector.Text);
}
