using k8s;
using k8s.Models;

namespace KubeOps.Abstractions.Entities;

/// <summary>A custom resource that has metadata only.</summary>
public abstract class CustomKubernetesEntity : KubernetesObject, IKubernetesObject<V1ObjectMeta>
{
    public V1ObjectMeta Metadata { get; set; } = new();
}

/// <summary>A custom resource with a specification.</summary>
public abstract class CustomKubernetesEntity<TSpec> : CustomKubernetesEntity, ISpec<TSpec>
    where TSpec : new()
{
    public TSpec Spec { get; set; } = new();
}

/// <summary>A custom resource with a specification and a status; neither is ever null on a fresh object.</summary>
public abstract class CustomKubernetesEntity<TSpec, TStatus> : CustomKubernetesEntity<TSpec>, IStatus<TStatus>
    where TSpec : new()
    where TStatus : new()
{
    public TStatus Status { get; set; } = new();
}
