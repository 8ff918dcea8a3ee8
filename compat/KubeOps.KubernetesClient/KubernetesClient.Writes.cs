using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace KubeOps.KubernetesClient;

public partial class KubernetesClient
{
    public Task<TEntity> CreateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : IKubernetesObject<V1ObjectMeta>
    {
        var (group, version, plural) = ResourceTypes.Of<TEntity>();
        return entity.Namespace() is { } ns
            ? Objects.CreateNamespacedCustomObjectAsync<TEntity>(
                entity, group, version, ns, plural, cancellationToken: cancellationToken)
            : Objects.CreateClusterCustomObjectAsync<TEntity>(
                entity, group, version, plural, cancellationToken: cancellationToken);
    }

    public Task<TEntity> UpdateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : IKubernetesObject<V1ObjectMeta>
    {
        var (group, version, plural) = ResourceTypes.Of<TEntity>();
        return entity.Namespace() is { } ns
            ? Objects.ReplaceNamespacedCustomObjectAsync<TEntity>(
                entity, group, version, ns, plural, entity.Name(), cancellationToken: cancellationToken)
            : Objects.ReplaceClusterCustomObjectAsync<TEntity>(
                entity, group, version, plural, entity.Name(), cancellationToken: cancellationToken);
    }

    public Task<TEntity> UpdateStatusAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : IKubernetesObject<V1ObjectMeta>
    {
        var (group, version, plural) = ResourceTypes.Of<TEntity>();
        return entity.Namespace() is { } ns
            ? Objects.ReplaceNamespacedCustomObjectStatusAsync<TEntity>(
                entity, group, version, ns, plural, entity.Name(), cancellationToken: cancellationToken)
            : Objects.ReplaceClusterCustomObjectStatusAsync<TEntity>(
                entity, group, version, plural, entity.Name(), cancellationToken: cancellationToken);
    }

    public TEntity UpdateStatus<TEntity>(TEntity entity)
        where TEntity : IKubernetesObject<V1ObjectMeta>
    {
        var (group, version, plural) = ResourceTypes.Of<TEntity>();
        return entity.Namespace() is { } ns
            ? Objects.ReplaceNamespacedCustomObjectStatus<TEntity>(entity, group, version, ns, plural, entity.Name())
            : Objects.ReplaceClusterCustomObjectStatus<TEntity>(entity, group, version, plural, entity.Name());
    }

    public Task<TEntity> PatchAsync<TEntity>(
        V1Patch patch,
        string name,
        string? @namespace = null,
        string? fieldManager = null,
        bool? force = null,
        string? dryRun = null,
        CancellationToken cancellationToken = default)
        where TEntity : IKubernetesObject<V1ObjectMeta>
    {
        var (group, version, plural) = ResourceTypes.Of<TEntity>();
        return @namespace is null
            ? Objects.PatchClusterCustomObjectAsync<TEntity>(
                patch,
                group,
                version,
                plural,
                name,
                dryRun: dryRun,
                fieldManager: fieldManager,
                force: force,
                cancellationToken: cancellationToken)
            : Objects.PatchNamespacedCustomObjectAsync<TEntity>(
                patch,
                group,
                version,
                @namespace,
                plural,
                name,
                dryRun: dryRun,
                fieldManager: fieldManager,
                force: force,
                cancellationToken: cancellationToken);
    }

    public async Task DeleteAsync<TEntity>(
        string name,
        string? @namespace = null,
        CancellationToken cancellationToken = default)
        where TEntity : IKubernetesObject<V1ObjectMeta>
    {
        var (group, version, plural) = ResourceTypes.Of<TEntity>();
        try
        {
            // The answer is the object when finalizers hold it and a status otherwise: read neither.
            _ = @namespace is null
                ? await Objects.DeleteClusterCustomObjectAsync<object>(
                    group, version, plural, name, cancellationToken: cancellationToken)
                : await Objects.DeleteNamespacedCustomObjectAsync<object>(
                    group, version, @namespace, plural, name, cancellationToken: cancellationToken);
        }
        catch (HttpOperationException notFound) when (notFound.Response.StatusCode == HttpStatusCode.NotFound)
        {
            // Gone already, which is what was asked for.
        }
    }
}
