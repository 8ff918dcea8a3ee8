using k8s;
using k8s.LeaderElection;
using k8s.LeaderElection.ResourceLock;
using KubeOps.Abstractions.Builder;
using KubeOps.KubernetesClient;

namespace KubeOps.Operator.LeaderElection;

/// <summary>
/// An elector over the lease <c>{operator name}-leader</c> in the current namespace. Its identity is the machine's name,
/// so two processes on one machine both lead.
/// </summary>
internal sealed class LeaseElectorFactory(IKubernetes kubernetes, IKubernetesClient client, OperatorSettings settings)
    : ILeaderElectorFactory
{
    public LeaderElector CreateElector()
    {
        var lease = new LeaseLock(
            kubernetes, client.GetCurrentNamespace(), $"{settings.Name}-leader", Environment.MachineName);
        return new LeaderElector(new LeaderElectionConfig(lease)
        {
            LeaseDuration = settings.LeaderElectionLeaseDuration,
            RenewDeadline = settings.LeaderElectionRenewDeadline,
            RetryPeriod = settings.LeaderElectionRetryPeriod,
        });
    }
}
