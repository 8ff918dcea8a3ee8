using GovernedFinetune.Operator.Leadership;

namespace GovernedFinetune.Operator.Hosting;

/// <summary>
/// Whether the operator does its work. The leader has listed its resources, and did so not too long ago: a watch that died
/// in silence, or an API server that went away, shows here. Who stands by has listed them once, and looks at the lease.
/// </summary>
internal sealed class Readiness(OperatorOptions options, Fence fence, ElectionLease lease, TimeProvider clock)
{
    private long _lastListed;

    /// <summary>The resources were listed.</summary>
    public void Listed() => Interlocked.Exchange(ref _lastListed, clock.GetUtcNow().UtcTicks);

    /// <summary>How long ago; null when they never were.</summary>
    public TimeSpan? SinceListed => Interlocked.Read(ref _lastListed) is not 0 and var ticks
        ? clock.GetUtcNow() - new DateTimeOffset(ticks, TimeSpan.Zero)
        : null;

    /// <summary>Why the operator is not ready; null when it is.</summary>
    public string? Obstacle()
    {
        if (SinceListed is not { } age)
        {
            return "FineTuneRuns and DatasetGrants have not been listed yet: is the API server reachable, and are the CRDs installed?";
        }

        if (fence.IsOpen)
        {
            return age <= options.ResyncInterval * 2.5 ? null : $"FineTuneRuns and DatasetGrants were last listed {age.TotalSeconds:0} s ago.";
        }

        return lease.Silence is { } silence && silence <= options.LeaderElection.LeaseDuration * 2
            ? null
            : $"Stands by, and the API server says nothing about lease {lease.Describe()}: is it reachable, and may the operator read it?";
    }
}
