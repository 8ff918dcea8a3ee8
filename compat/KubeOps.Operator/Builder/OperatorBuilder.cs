using System.Diagnostics;
using k8s;
using k8s.LeaderElection;
using k8s.Models;
using KubeOps.Abstractions.Builder;
using KubeOps.Abstractions.Entities;
using KubeOps.Abstractions.Events;
using KubeOps.Abstractions.Reconciliation.Controller;
using KubeOps.Abstractions.Reconciliation.Finalizer;
using KubeOps.Abstractions.Reconciliation.Queue;
using KubeOps.KubernetesClient;
using KubeOps.Operator.Events;
using KubeOps.Operator.Finalizer;
using KubeOps.Operator.Hosting;
using KubeOps.Operator.LeaderElection;
using KubeOps.Operator.Metrics;
using KubeOps.Operator.Queue;
using KubeOps.Operator.Reconciliation;
using KubeOps.Operator.Watcher;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Client = KubeOps.KubernetesClient.KubernetesClient;

namespace KubeOps.Operator.Builder;

/// <summary>Puts the parts of an operator into the service collection.</summary>
internal sealed class OperatorBuilder : IOperatorBuilder
{
    public OperatorBuilder(IServiceCollection services, OperatorSettings settings)
    {
        Services = services;
        Settings = settings;
        AddShared();
        if (settings.LeaderElectionType == LeaderElectionType.Single)
        {
            AddLeaderElection();
        }
    }

    public IServiceCollection Services { get; }

    public OperatorSettings Settings { get; }

    public IOperatorBuilder AddController<TImplementation, TEntity>()
        where TImplementation : class, IEntityController<TEntity>
        where TEntity : IKubernetesObject<V1ObjectMeta>
    {
        if (Services.Any(service => service.ServiceType == typeof(EntityPipeline<TEntity>)))
        {
            throw new InvalidOperationException(
                $"{typeof(TEntity).Name} already has a controller, so {typeof(TImplementation).Name} cannot be added: this "
                + "stand-in for KubeOps takes one controller an entity type. Merge the two, or build with the real package.");
        }

        Services.AddScoped<TImplementation>();
        Services.AddScoped<IEntityController<TEntity>>(scope => scope.GetRequiredService<TImplementation>());
        Services.AddSingleton<TimedQueue<TEntity>>();
        Services.TryAddSingleton<EntityLocks>();
        Services.AddSingleton<Reconciler<TEntity>>();
        Services.AddSingleton<QueueConsumer<TEntity>>();
        Services.AddSingleton<SeenEvents<TEntity>>();
        Services.AddSingleton<ResourceWatcher<TEntity>>();
        Services.AddSingleton<EntityPipeline<TEntity>>();
        Services.AddHostedService(services => services.GetRequiredService<EntityPipeline<TEntity>>());
        Services.TryAddTransient<EntityQueue<TEntity>>(services =>
        {
            var queue = services.GetRequiredService<TimedQueue<TEntity>>();
            return (entity, type, source, queueIn, retryCount, cancellationToken) => Task.FromResult(
                queue.Enqueue(new(entity, type, source, retryCount), queueIn, cancellationToken));
        });
        return this;
    }

    public IOperatorBuilder AddControllerWithLabelSelector<TImplementation, TEntity, TLabelSelector>()
        where TImplementation : class, IEntityController<TEntity>
        where TEntity : IKubernetesObject<V1ObjectMeta>
        where TLabelSelector : class, IEntityLabelSelector<TEntity>
    {
        Services.TryAddSingleton<TLabelSelector>();
        Services.TryAddSingleton<IEntityLabelSelector<TEntity>>(services => services.GetRequiredService<TLabelSelector>());
        return AddController<TImplementation, TEntity>();
    }

    public IOperatorBuilder AddFinalizer<TImplementation, TEntity>(string identifier)
        where TImplementation : class, IEntityFinalizer<TEntity>
        where TEntity : IKubernetesObject<V1ObjectMeta>
    {
        Services.TryAddKeyedTransient<IEntityFinalizer<TEntity>, TImplementation>(identifier);
        Services.TryAddTransient<IEventFinalizerAttacherFactory, FinalizerAttacherFactory>();
        Services.TryAddTransient(services => services
            .GetRequiredService<IEventFinalizerAttacherFactory>()
            .Create<TImplementation, TEntity>(identifier));
        return this;
    }

    private void AddShared()
    {
        Services.AddSingleton(Settings);
        Services.AddSingleton(new ActivitySource(Settings.Name));
        Services.TryAddSingleton(TimeProvider.System);
        if (Settings.EnableMetrics)
        {
            Services.AddMetrics();
            Services.AddSingleton<OperatorMetrics>();
        }

        Services.TryAddSingleton(_ => KubernetesClientConfiguration.BuildDefaultConfig());
        Services.TryAddSingleton<IKubernetes>(services =>
            new Kubernetes(services.GetRequiredService<KubernetesClientConfiguration>()));
        Services.TryAddSingleton<IKubernetesClient>(services => new Client(
            services.GetRequiredService<KubernetesClientConfiguration>(),
            services.GetRequiredService<IKubernetes>()));

        Services.TryAddSingleton<IEventResourceFactory, EventResourceFactory>();
        Services.TryAddTransient<IEventPublisherFactory, EventPublisherFactory>();
        Services.TryAddTransient(services => services.GetRequiredService<IEventPublisherFactory>().Create());

        Services.AddSingleton(typeof(IEntityLabelSelector<>), typeof(DefaultEntityLabelSelector<>));
        Services.AddSingleton(typeof(IEntityFieldSelector<>), typeof(DefaultEntityFieldSelector<>));
    }

    private void AddLeaderElection()
    {
        Services.TryAddSingleton<ILeaderElectorFactory, LeaseElectorFactory>();
        Services.TryAddSingleton<LeaderElector>(services =>
            services.GetRequiredService<ILeaderElectorFactory>().CreateElector());
        Services.AddHostedService<LeaderElectionService>();
    }
}
