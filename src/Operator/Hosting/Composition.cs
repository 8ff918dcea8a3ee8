using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Audit;
using GovernedFinetune.Operator.Catalog;
using GovernedFinetune.Operator.Grants;
using GovernedFinetune.Operator.Kubernetes;
using GovernedFinetune.Operator.Leadership;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs;
using GovernedFinetune.Operator.Runs.Halting;
using GovernedFinetune.Operator.Runs.Observing;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Runs.Stages;
using GovernedFinetune.Operator.Runs.Stages.Authorize;
using GovernedFinetune.Operator.Runs.Stages.Preprocess;
using GovernedFinetune.Operator.Runs.Stages.RecordLineage;
using GovernedFinetune.Operator.Runs.Stages.Register;
using GovernedFinetune.Operator.Runs.Stages.Train;
using k8s;
using KubeOps.Abstractions.Builder;
using KubeOps.Operator;

namespace GovernedFinetune.Operator.Hosting;

/// <summary>The composition root: the one place that knows every part.</summary>
public static class Composition
{
    /// <summary>Adds the operator.</summary>
    public static IServiceCollection AddGovernedFinetune(this IServiceCollection services, OperatorOptions options, ReplicaIdentity identity)
    {
        _ = services
            .AddLeadership(options.LeaderElection, identity)
            .AddSingleton(options)
            .AddSingleton(options.Selector)
            .AddSingleton(new ProfileSet(options.Profiles))
            .AddSingleton(TimeProvider.System)
            .AddSingleton(p => new ResourceLists(p.GetRequiredService<IKubernetes>(), options.Selector, options.Namespace))
            .AddSingleton<StatusWriter>()
            .AddSingleton(typeof(Successors<>))
            .AddSingleton<Readiness>()
            .AddRuns()
            .AddGrants()
            .AddCatalogAndCloud()
            .AddHostedService<Resync>()
            .AddHostedService<JobObserver>();
        _ = services
            .AddKubernetesOperator(settings => settings
                .WithName("governed-finetune")
                .WithNamespace(options.Namespace)
                .WithLeaderElection(options.LeaderElection.Enabled ? LeaderElectionType.Single : LeaderElectionType.None)
                .WithLeaderElectionTimings(
                    options.LeaderElection.LeaseDuration, options.LeaderElection.RenewDeadline, options.LeaderElection.RetryPeriod)
                .WithAutoAttachFinalizers(false)
                .WithParallelReconciliation(parallel => parallel
                    .WithMaxParallelReconciliations(32)
                    .WithMaxErrorRetries(int.MaxValue)))
            .AddControllerWithLabelSelector<FineTuneRunController, FineTuneRun, ConfiguredSelector<FineTuneRun>>()
            .AddFinalizer<FineTuneRunFinalizer, FineTuneRun>(FineTuneRunFinalizer.Identifier)
            .AddControllerWithLabelSelector<DatasetGrantController, DatasetGrant, ConfiguredSelector<DatasetGrant>>();
        return services;
    }

    private static IServiceCollection AddRuns(this IServiceCollection services) => services
        .AddSingleton(p => new AuditTrail(p.GetRequiredService<ReplicaIdentity>().Actor))
        .AddSingleton<IAuditTrail>(p => p.GetRequiredService<AuditTrail>())
        .AddSingleton<ITermMemory>(p => p.GetRequiredService<AuditTrail>())
        .AddSingleton<JobHalter>()
        .AddSingleton<JobWatchList>()
        .AddSingleton<ITermMemory>(p => p.GetRequiredService<JobWatchList>())
        .AddSingleton<RunFailures>()
        .AddSingleton<RunReconciler>()
        .AddSingleton<RunScopeFactory>()
        .AddSingleton<RunStops>()
        .AddSingleton<RunWaker>()
        .AddTransient<RunStore>()

        // In this order a run goes through them.
        .AddSingleton<IReadOnlyList<IStage>>(
        [
            new AuthorizeStage(),
            new PreprocessStage(),
            new TrainStage(),
            new RegisterStage(),
            new RecordLineageStage(),
        ]);

    private static IServiceCollection AddGrants(this IServiceCollection services) => services
        .AddSingleton<GrantChecker>()
        .AddSingleton<GrantReconciler>()
        .AddSingleton<GrantDependents>();
}
