using k8s.Autorest;

namespace GovernedFinetune.Operator.Leadership;

/// <summary>
/// Gives the lease back when the process stops, so that the next leader need not wait for it to run out. Hosted services
/// stop in reverse order: registered before all others, this one stops when the work has been stopped.
/// </summary>
internal sealed class LeaseRelease(ElectionLease lease, Fence fence, LeaderElectionOptions options, TimeProvider clock, ILogger<LeaseRelease> logger) : IHostedService
{
    /// <summary>Calls under way were cancelled long before; this is for one that does not listen.</summary>
    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongestRequest = TimeSpan.FromSeconds(2);

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Shuts the fence and gives the lease back. The host's own limit, which may have passed while others stopped,
    /// does not count: what this takes comes on top of it, and both fit the pod's grace period.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (!await fence.ShutAsync(LongestCall))
        {
            LeadershipLog.Kept(logger, lease.Describe(), "calls are under way that did not end when they were cancelled.");
        }
        else if (options.Enabled && lease.Holder == lease.Identity)
        {
            await GiveBackAsync();
        }
    }

    private async Task GiveBackAsync()
    {
        using var limit = new CancellationTokenSource(LongestRequest, clock);
        try
        {
            if (await lease.GiveBackAsync(limit.Token))
            {
                LeadershipLog.GivenBack(logger, lease.Describe());
            }
        }
        catch (Exception e) when (e is HttpOperationException or HttpRequestException or IOException or OperationCanceledException)
        {
            LeadershipLog.Kept(logger, lease.Describe(), e.Message);
        }
    }
}
