using k8s.LeaderElection;
using KubeOps.Operator.LeaderElection;

namespace GovernedFinetune.Operator.Leadership;

/// <summary>Makes the elector that KubeOps runs: over our lease, and with the fence told of each term's end.</summary>
internal sealed class ElectorFactory(
    ElectionLease lease, Fence fence, LeaderElectionOptions options, IEnumerable<ITermMemory> memories, ILogger<ElectorFactory> logger) : ILeaderElectorFactory
{
    private readonly ITermMemory[] _memories = [.. memories];

    /// <inheritdoc />
    public LeaderElector CreateElector()
    {
        var elector = new LeaderElector(new LeaderElectionConfig(lease)
        {
            LeaseDuration = options.LeaseDuration,
            RenewDeadline = options.RenewDeadline,
            RetryPeriod = options.RetryPeriod,
        });

        // Before KubeOps adds its own handlers, which start the work.
        elector.OnStartedLeading += Begin;
        elector.OnStoppedLeading += End;
        elector.OnNewLeader += leader =>
        {
            if (!string.IsNullOrEmpty(leader) && leader != lease.Identity)
            {
                LeadershipLog.StandsBy(logger, lease.Identity, leader);
            }
        };
        elector.OnError += error =>
        {
            if (error is LeaseLostException)
            {
                LeadershipLog.Trouble(logger, error.Message);
            }
        };
        return elector;
    }

    private void Begin()
    {
        foreach (var memory in _memories)
        {
            memory.Forget();
        }

        LeadershipLog.Leads(logger, lease.Identity, lease.Describe());
    }

    private void End()
    {
        fence.Close();
        LeadershipLog.Stopped(logger, lease.Identity);
    }
}
