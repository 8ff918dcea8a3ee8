namespace GovernedFinetune.Operator.Tests.Leadership;

/// <summary>A process that stops hands over at once, unless it is not sure that it has stopped.</summary>
public sealed class LeaseReleaseTests : IDisposable
{
    private readonly FakeLeaseServer _server = new();
    private readonly Replica _me;

    public LeaseReleaseTests()
    {
        _server.Put("""{"leaseTransitions":4}""");
        _me = new Replica(_server, "me");
    }

    public void Dispose() => _me.Dispose();

    [Fact]
    public async Task The_next_leader_need_not_wait()
    {
        Assert.True(await _me.TakeAsync());
        await _me.Release.StopAsync(CancellationToken.None);
        // Never missing: KubernetesClient's own elector does not take such a lease.
        Assert.Equal("", _server.Holder);
        Assert.Equal(1, (int?)_server.Spec!["leaseDurationSeconds"]);
        Assert.NotNull(_server.Spec["renewTime"]);

        using var next = new Replica(_server, "next");
        Assert.True(await next.TakeAsync());
        Assert.Equal("next", _server.Holder);
        Assert.False(_me.Fence.IsOpen);
    }

    [Fact]
    public async Task It_happens_also_when_stopping_took_the_host_too_long()
    {
        Assert.True(await _me.TakeAsync());
        await _me.Release.StopAsync(new CancellationToken(canceled: true));
        Assert.Equal("", _server.Holder);
    }

    [Fact]
    public async Task A_lease_that_is_given_back_is_not_taken_again()
    {
        Assert.True(await _me.TakeAsync());
        await _me.Release.StopAsync(CancellationToken.None);
        Assert.False(await _me.TakeAsync());
        Assert.Equal("", _server.Holder);
    }

    [Fact]
    public async Task Another_replicas_lease_is_left_alone()
    {
        Assert.True(await _me.TakeAsync());
        _server.Put("""{"holderIdentity":"other","leaseDurationSeconds":12}""");
        await _me.Release.StopAsync(CancellationToken.None);
        Assert.Equal("other", _server.Holder);
        Assert.Equal("GET", _server.Asked[^1]);
    }

    [Fact]
    public async Task Who_never_led_asks_nothing()
    {
        _server.Put("""{"holderIdentity":"other","leaseDurationSeconds":12}""");
        Assert.False(await _me.TakeAsync());
        _server.Asked.Clear();
        await _me.Release.StopAsync(CancellationToken.None);
        Assert.Empty(_server.Asked);
    }

    [Fact]
    public async Task A_renewal_that_is_still_on_its_way_does_not_undo_it()
    {
        Assert.True(await _me.TakeAsync());
        var late = false;
        _server.Before = (verb, _) =>
        {
            if (verb == "PUT" && !late)
            {
                late = true;
                _server.Put("""{"holderIdentity":"me","leaseDurationSeconds":12}""");
            }

            return Task.CompletedTask;
        };
        await _me.Release.StopAsync(CancellationToken.None);
        Assert.Equal("", _server.Holder);
    }

    [Fact]
    public async Task A_lease_is_kept_while_a_call_is_under_way_that_does_not_end()
    {
        Assert.True(await _me.TakeAsync());
        using var call = _me.Fence.Pass("POST https://sagemaker.test/");
        var stopping = _me.Release.StopAsync(CancellationToken.None);
        _me.Clock.Advance(TimeSpan.FromSeconds(1));
        await stopping;
        Assert.Equal("me", _server.Holder);
    }

    [Fact]
    public async Task A_server_that_is_away_or_silent_does_not_hold_the_process()
    {
        Assert.True(await _me.TakeAsync());
        _server.Before = (_, _) => throw new HttpRequestException("Connection refused");
        await _me.Release.StopAsync(CancellationToken.None);

        _server.Before = (_, token) => Task.Delay(Timeout.InfiniteTimeSpan, token);
        var stopping = _me.Release.StopAsync(CancellationToken.None);
        _me.Clock.Advance(TimeSpan.FromSeconds(2));
        await stopping;
        Assert.Equal("me", _server.Holder);
    }
}
