using System.Net;
using GovernedFinetune.Operator.Leadership;
using k8s.Autorest;

namespace GovernedFinetune.Operator.Tests.Leadership;

/// <summary>The lease is taken when it is free, kept through lost connections, and told of honestly.</summary>
public sealed class ElectionLeaseTests : IDisposable
{
    private const string Held = """{"holderIdentity":"other","leaseDurationSeconds":12,"acquireTime":"2026-11-24T09:00:00.000001Z","renewTime":"2026-11-24T09:59:59.000001Z","leaseTransitions":3}""";
    private readonly FakeLeaseServer _server = new();
    private readonly Replica _me;

    public ElectionLeaseTests() => _me = new Replica(_server, "me");

    public void Dispose() => _me.Dispose();

    [Fact]
    public async Task A_lease_that_is_not_there_is_made_and_opens_the_fence()
    {
        var missing = await Assert.ThrowsAsync<HttpOperationException>(() => _me.Lease.GetAsync());
        Assert.Equal(HttpStatusCode.NotFound, missing.Response.StatusCode);
        Assert.True(await _me.Lease.CreateAsync(_me.Record()));
        Assert.Equal("me", _server.Holder);
        Assert.True(_me.Fence.IsOpen);
    }

    [Fact]
    public async Task Making_a_lease_that_somebody_else_has_just_made_is_a_lost_race()
    {
        _server.Put(Held);
        Assert.False(await _me.Lease.CreateAsync(_me.Record()));
        Assert.False(_me.Fence.IsOpen);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"leaseDurationSeconds":12,"leaseTransitions":7}""")]
    [InlineData("""{"holderIdentity":"","leaseDurationSeconds":1,"acquireTime":"2026-11-24T09:00:00.000001Z","renewTime":"2026-11-24T09:00:00.000001Z"}""")]
    public async Task A_lease_without_a_holder_is_taken_at_once_by_an_update(string spec)
    {
        _server.Put(spec);
        var record = await _me.Lease.GetAsync();
        // With any of these missing the elector would try to create what exists, for ever.
        Assert.Equal("", record.HolderIdentity);
        Assert.NotNull(record.AcquireTime);
        Assert.NotNull(record.RenewTime);
        Assert.True(await _me.Lease.UpdateAsync(_me.Record()));
        Assert.Equal(["GET", "PUT"], _server.Asked);
        Assert.Equal("me", _server.Holder);
    }

    [Fact]
    public async Task A_lease_without_a_spec_is_free_too()
    {
        _server.Put("null");
        Assert.True(await _me.TakeAsync());
    }

    [Fact]
    public async Task Another_holders_lease_is_taken_only_after_its_own_duration_has_passed_here_without_a_renewal()
    {
        _server.Put(Held.Replace("12", "20", StringComparison.Ordinal));
        Assert.False(await _me.TakeAsync());
        _me.Clock.Advance(TimeSpan.FromSeconds(19.9));
        Assert.False(await _me.TakeAsync());
        _server.Put(Held.Replace("12", "20", StringComparison.Ordinal).Replace("09:59:59", "10:00:19", StringComparison.Ordinal));
        _me.Clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.False(await _me.TakeAsync());
        _me.Clock.Advance(TimeSpan.FromSeconds(20));
        Assert.True(await _me.TakeAsync());
        Assert.Equal("me", _server.Holder);
    }

    [Fact]
    public async Task A_lease_that_was_annotated_was_not_renewed()
    {
        _server.Put(Held);
        _ = await _me.TakeAsync();
        _me.Clock.Advance(TimeSpan.FromSeconds(11));
        _server.Put(Held);
        _ = await _me.TakeAsync();
        _me.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await _me.TakeAsync());
    }

    [Fact]
    public async Task A_lease_that_somebody_else_took_between_look_and_update_is_a_lost_race()
    {
        _server.Put("{}");
        _ = await _me.Lease.GetAsync();
        _server.Put(Held);
        Assert.False(await _me.Lease.UpdateAsync(_me.Record()));
        Assert.Equal("other", _server.Holder);
        Assert.False(_me.Fence.IsOpen);
    }

    [Fact]
    public async Task A_whole_second_is_written_with_six_digits()
    {
        Assert.Equal(0, _me.Record().RenewTime!.Value.Ticks % TimeSpan.TicksPerSecond);
        _server.Put("{}");
        Assert.True(await _me.TakeAsync());
        Assert.Equal("2026-11-24T10:00:00.000001Z", (string?)_server.Spec!["renewTime"]);
        Assert.Equal("2026-11-24T10:00:00.000001Z", (string?)_server.Spec["acquireTime"]);
    }

    [Fact]
    public async Task What_else_the_lease_carries_is_kept()
    {
        _server.Put("""{"preferredHolder":"somebody","strategy":"OldestEmulationVersion"}""");
        Assert.True(await _me.TakeAsync());
        Assert.Equal("yes", (string?)_server.Lease!["metadata"]!["annotations"]!["kept"]);
        Assert.Equal(("somebody", "OldestEmulationVersion"), ((string?)_server.Spec!["preferredHolder"], (string?)_server.Spec["strategy"]));
    }

    [Theory]
    [InlineData("refused")]
    [InlineData("reset")]
    [InlineData("silent")]
    public async Task Without_an_answer_the_elector_is_told_to_try_again_and_the_term_goes_on(string how)
    {
        _server.Put("{}");
        Assert.True(await _me.TakeAsync());
        _server.Before = async (_, token) =>
        {
            switch (how)
            {
                case "refused":
                    throw new HttpRequestException("Connection refused");
                case "reset":
                    throw new IOException("Connection reset by peer");
                default:
                    await Task.Delay(Timeout.InfiniteTimeSpan, _me.Clock, token);
                    break;
            }
        };
        var asking = _me.Lease.GetAsync();
        _me.Clock.Advance(Replica.Options.RequestTimeout);
        var failure = await Assert.ThrowsAsync<HttpOperationException>(() => asking);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, failure.Response.StatusCode);

        var writing = _me.Lease.UpdateAsync(_me.Record());
        Assert.True(_me.Fence.HoldsLease);
        _me.Clock.Advance(Replica.Options.RequestTimeout);
        Assert.False(await writing);

        // Twice half the deadline has passed: nothing is sent any more, and a renewal that succeeds mends it.
        Assert.False(_me.Fence.IsOpen);
        _server.Before = (_, _) => Task.CompletedTask;
        Assert.True(await _me.TakeAsync());
        Assert.True(_me.Fence.IsOpen);
    }

    [Fact]
    public async Task Being_told_to_stop_is_not_taken_for_a_silent_server()
    {
        _server.Put("{}");
        using var stop = new CancellationTokenSource();
        _server.Before = (_, token) => Task.Delay(Timeout.InfiniteTimeSpan, token);
        var asking = _me.Lease.GetAsync(stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    [Theory]
    [InlineData(Held)]
    [InlineData("{}")]
    [InlineData(null)]
    public async Task A_leader_that_finds_the_lease_no_longer_its_own_ends_its_term_at_once(string? spec)
    {
        _server.Put("{}");
        Assert.True(await _me.TakeAsync());
        if (spec is null)
        {
            _server.Delete();
        }
        else
        {
            _server.Put(spec);
        }

        // Not an HttpOperationException: that the elector would retry, leading meanwhile.
        await Assert.ThrowsAsync<LeaseLostException>(() => _me.Lease.GetAsync());
        Assert.False(_me.Fence.IsOpen);
    }

    [Fact]
    public async Task The_fence_counts_from_before_the_request_was_sent()
    {
        _server.Put("{}");
        _ = await _me.Lease.GetAsync();
        _server.Before = (_, _) =>
        {
            _me.Clock.Advance(TimeSpan.FromSeconds(3));
            return Task.CompletedTask;
        };
        Assert.True(await _me.Lease.UpdateAsync(_me.Record()));
        _me.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.False(_me.Fence.IsOpen);
    }

    [Fact]
    public async Task A_process_that_was_stopped_for_a_minute_sends_nothing_and_learns_who_leads()
    {
        _server.Put("{}");
        Assert.True(await _me.TakeAsync());
        using var other = new Replica(_server, "other");
        Assert.False(await other.TakeAsync());
        other.Clock.Advance(Replica.Options.LeaseDuration);
        Assert.True(await other.TakeAsync());

        _me.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.False(_me.Fence.IsOpen);
        Assert.False(await _me.Lease.UpdateAsync(_me.Record()));
        await Assert.ThrowsAsync<LeaseLostException>(() => _me.Lease.GetAsync());
        Assert.Equal("other", _me.Lease.Holder);
    }

    [Fact]
    public async Task Every_request_says_which_replica_sends_it()
    {
        _server.Put("{}");
        Assert.True(await _me.TakeAsync());
        Assert.All(_server.Agents, agent => Assert.Equal(_me.Identity.UserAgent, agent));
    }
}
