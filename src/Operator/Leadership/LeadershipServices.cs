using k8s;
using KubeOps.KubernetesClient;
using KubeOps.Operator.LeaderElection;

namespace GovernedFinetune.Operator.Leadership;

/// <summary>What the composition root calls, before anything else: KubeOps keeps what it finds registered, and the lease is
/// given back by the service that was registered first.</summary>
internal static class LeadershipServices
{
    /// <summary>A connection to the API server over which nothing comes for this long is asked whether it lives. While the lease
    /// is renewed every second that never happens on one that does; on a dead one, both together leave time to renew over a
    /// new one. KubernetesClient's own figures, 3 min and 30 s, would cost the lease, and leave a watch deaf that long.</summary>
    private static readonly TimeSpan Ping = TimeSpan.FromSeconds(3);

    /// <summary>Adds identity, lease, fence, and the clients that go through it.</summary>
    public static IServiceCollection AddLeadership(this IServiceCollection services, LeaderElectionOptions options, ReplicaIdentity identity) => services
        .AddSingleton<LeaseRelease>()
        .AddHostedService(p => p.GetRequiredService<LeaseRelease>())
        .AddSingleton(options)
        .AddSingleton(identity)
        .AddSingleton<Fence>()
        .AddSingleton<OutboundHttp>()
        .AddSingleton(_ => Configuration(identity))
        .AddSingleton<IKubernetes>(p => new k8s.Kubernetes(
            p.GetRequiredService<KubernetesClientConfiguration>(),
            new KubernetesGate(p.GetRequiredService<Fence>(), identity)))
        .AddSingleton(p => ActivatorUtilities.CreateInstance<ElectionLease>(p, p.GetRequiredService<IKubernetesClient>().GetCurrentNamespace()))
        .AddSingleton<ILeaderElectorFactory, ElectorFactory>();

    private static KubernetesClientConfiguration Configuration(ReplicaIdentity identity)
    {
        var configuration = KubernetesClientConfiguration.BuildDefaultConfig();
        configuration.UserAgent = identity.UserAgent;
        configuration.FirstMessageHandlerSetup = handler => (handler.KeepAlivePingDelay, handler.KeepAlivePingTimeout) = (Ping, Ping);
        return configuration;
    }
}
