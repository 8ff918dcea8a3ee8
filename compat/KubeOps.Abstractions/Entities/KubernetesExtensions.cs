using System.Reflection;
using k8s;
using k8s.Models;

namespace KubeOps.Abstractions.Entities;

/// <summary>References between objects, and the resource type that an object declares.</summary>
public static class KubernetesExtensions
{
    public static TEntity WithResourceVersion<TEntity>(this TEntity entity, string resourceVersion)
        where TEntity : IKubernetesObject<V1ObjectMeta>
    {
        entity.EnsureMetadata().ResourceVersion = resourceVersion;
        return entity;
    }

    public static TEntity WithResourceVersion<TEntity>(this TEntity entity, TEntity other)
        where TEntity : IKubernetesObject<V1ObjectMeta> =>
        entity.WithResourceVersion(other.ResourceVersion());

    public static V1ObjectReference MakeObjectReference(this IKubernetesObject<V1ObjectMeta> kubernetesObject) => new()
    {
        ApiVersion = kubernetesObject.ApiVersion,
        Kind = kubernetesObject.Kind,
        Name = kubernetesObject.Metadata.Name,
        NamespaceProperty = kubernetesObject.Metadata.NamespaceProperty,
        ResourceVersion = kubernetesObject.Metadata.ResourceVersion,
        Uid = kubernetesObject.Metadata.Uid,
    };

    public static TEntity WithOwnerReference<TEntity>(this TEntity resource, IKubernetesObject<V1ObjectMeta> owner)
        where TEntity : IKubernetesObject<V1ObjectMeta>
    {
        var metadata = resource.EnsureMetadata();
        metadata.OwnerReferences ??= [];
        metadata.OwnerReferences.Add(owner.MakeOwnerReference());
        return resource;
    }

    /// <summary>A plain owner reference: neither <c>controller</c> nor <c>blockOwnerDeletion</c> is set.</summary>
    public static V1OwnerReference MakeOwnerReference(this IKubernetesObject<V1ObjectMeta> kubernetesObject) => new()
    {
        ApiVersion = kubernetesObject.ApiVersion,
        Kind = kubernetesObject.Kind,
        Name = kubernetesObject.Metadata.Name,
        Uid = kubernetesObject.Metadata.Uid,
    };

    public static KubernetesEntityAttribute? GetKubernetesEntityAttribute(this IKubernetesObject<V1ObjectMeta> entity) =>
        entity.GetType().GetCustomAttribute<KubernetesEntityAttribute>(inherit: true);
}
