using k8s;
using k8s.Models;
using KubeOps.Abstractions.Entities;
using KubeOps.Abstractions.Reconciliation.Controller;
using KubeOps.Abstractions.Reconciliation.Finalizer;
using Microsoft.Extensions.DependencyInjection;

namespace KubeOps.Abstractions.Builder;

/// <summary>Registers the parts of an operator.</summary>
public interface IOperatorBuilder
{
    IServiceCollection Services { get; }

    OperatorSettings Settings { get; }

    /// <summary>Adds the controller of an entity type, with its watch and its queue.</summary>
    IOperatorBuilder AddController<TImplementation, TEntity>()
        where TImplementation : class, IEntityController<TEntity>
        where TEntity : IKubernetesObject<V1ObjectMeta>;

    /// <summary>Adds a controller that sees only the objects that the label selector matches.</summary>
    IOperatorBuilder AddControllerWithLabelSelector<TImplementation, TEntity, TLabelSelector>()
        where TImplementation : class, IEntityController<TEntity>
        where TEntity : IKubernetesObject<V1ObjectMeta>
        where TLabelSelector : class, IEntityLabelSelector<TEntity>;

    /// <summary>Adds a finalizer under the identifier that objects carry in <c>metadata.finalizers</c>.</summary>
    IOperatorBuilder AddFinalizer<TImplementation, TEntity>(string identifier)
        where TImplementation : class, IEntityFinalizer<TEntity>
        where TEntity : IKubernetesObject<V1ObjectMeta>;
}
