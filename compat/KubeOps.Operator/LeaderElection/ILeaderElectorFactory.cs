using k8s.LeaderElection;

namespace KubeOps.Operator.LeaderElection;

/// <summary>Makes the elector of this process; register another one to use another lock, identity or timing.</summary>
public interface ILeaderElectorFactory
{
    LeaderElector CreateElector();
}
