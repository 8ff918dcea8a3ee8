using GovernedFinetune.Operator.Hosting;
using GovernedFinetune.Operator.Leadership;
using GovernedFinetune.Operator.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace GovernedFinetune.Operator.Tests.Hosting;

/// <summary>The leader is ready while it lists; who stands by, while it hears of the lease.</summary>
public sealed class ReadinessTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new(Samples.Start);
    private readonly FakeApiServer _api;
    private readonly ComposedOperator _operator;

    public ReadinessTests()
    {
        var cloud = new FakeCloud(_clock, Samples.Cloud);
        _api = new FakeApiServer(cloud.Calls);
        _operator = new ComposedOperator(_api, cloud, _clock, o => o with { LeaderElection = new LeaderElectionOptions() });
    }

    public ValueTask DisposeAsync() => _operator.DisposeAsync();

    private string? Obstacle => _operator.Get<Readiness>().Obstacle();

    [Fact]
    public async Task Who_stands_by_is_ready_while_the_api_server_tells_of_the_lease()
    {
        _api.Lease.Put("""{"holderIdentity":"other","leaseDurationSeconds":12}""");
        Assert.Contains("have not been listed", Obstacle, StringComparison.Ordinal);
        _operator.Get<Readiness>().Listed();
        Assert.Contains("says nothing about lease", Obstacle, StringComparison.Ordinal);

        _ = await _operator.Get<ElectionLease>().GetAsync();
        _clock.Advance(TimeSpan.FromSeconds(24));
        Assert.Null(Obstacle);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("says nothing about lease", Obstacle, StringComparison.Ordinal);

        _ = await _operator.Get<ElectionLease>().GetAsync();
        Assert.Null(Obstacle);
    }

    [Fact]
    public void The_leader_is_ready_while_it_lists()
    {
        var fence = _operator.Get<Fence>();
        _operator.Get<Readiness>().Listed();
        _clock.Advance(TimeSpan.FromMinutes(25));
        fence.Renewed(fence.Now);
        Assert.Null(Obstacle);
        _clock.Advance(TimeSpan.FromSeconds(1));
        fence.Renewed(fence.Now);
        Assert.Contains("last listed 1501 s ago", Obstacle, StringComparison.Ordinal);
    }
}
