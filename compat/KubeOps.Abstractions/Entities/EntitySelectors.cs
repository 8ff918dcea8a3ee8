using k8s;
using k8s.Models;

namespace KubeOps.Abstractions.Entities;

/// <summary>The label selector of the watch for <typeparamref name="TEntity"/>; asked again at every (re)connect.</summary>
public interface IEntityLabelSelector<TEntity>
    where TEntity : IKubernetesObject<V1ObjectMeta>
{
    ValueTask<string?> GetLabelSelectorAsync(CancellationToken cancellationToken);
}

/// <summary>The field selector of the watch for <typeparamref name="TEntity"/>; asked again at every (re)connect.</summary>
public interface IEntityFieldSelector<TEntity>
    where TEntity : IKubernetesObject<V1ObjectMeta>
{
    ValueTask<string?> GetFieldSelectorAsync(CancellationToken cancellationToken);
}

/// <summary>Selects every object.</summary>
public sealed class DefaultEntityLabelSelector<TEntity> : IEntityLabelSelector<TEntity>
    where TEntity : IKubernetesObject<V1ObjectMeta>
{
    public ValueTask<string?> GetLabelSelectorAsync(CancellationToken cancellationToken) => ValueTask.FromResult<string?>(null);
}

/// <summary>Selects every object.</summary>
public sealed class DefaultEntityFieldSelector<TEntity> : IEntityFieldSelector<TEntity>
    where TEntity : IKubernetesObject<V1ObjectMeta>
{
    public ValueTask<string?> GetFieldSelectorAsync(CancellationToken cancellationToken) => ValueTask.FromResult<string?>(null);
}
