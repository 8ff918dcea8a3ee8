using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Leadership;
using Microsoft.Extensions.Time.Testing;

namespace GovernedFinetune.Operator.Tests.Leadership;

/// <summary>Calls pass while, and only while, nobody else can hold the lease.</summary>
public sealed class FenceTests
{
    private readonly Uneven _clock = new();
    private readonly Fence _fence;

    public FenceTests() => _fence = new Fence(Replica.Options, Replica.Named("pod_1"), _clock);

    [Fact]
    public void Nothing_passes_before_the_lease_was_taken()
    {
        var refusal = Assert.Throws<OperatorException>(() => _fence.Pass("POST https://sagemaker.test/"));
        Assert.Equal((FailureKind.Fenced, Reasons.NotLeading), (refusal.Kind, refusal.Reason));
        Assert.Equal("Not sent: POST https://sagemaker.test/. This replica (pod_1) does not hold lease leader, or could not renew it in time.", refusal.Message);
        Assert.Null(refusal.InnerException);
    }

    [Fact]
    public void It_is_open_until_the_renew_deadline_and_not_a_moment_longer()
    {
        _fence.Renewed(_fence.Now);
        _clock.Advance(Replica.Options.RenewDeadline - TimeSpan.FromTicks(1));
        Assert.True(_fence.IsOpen);
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.False(_fence.IsOpen);
        Assert.Throws<OperatorException>(() => _fence.Require("bytes"));
    }

    [Fact]
    public void The_time_counts_from_when_the_renewal_was_sent_and_not_from_its_answer()
    {
        var sent = _fence.Now;
        _clock.Advance(TimeSpan.FromSeconds(7));
        _fence.Renewed(sent);
        Assert.True(_fence.IsOpen);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(_fence.IsOpen);
    }

    [Fact]
    public void A_renewal_whose_answer_came_too_late_opens_nothing()
    {
        var sent = _fence.Now;
        _clock.Advance(TimeSpan.FromSeconds(60));
        _fence.Renewed(sent);
        Assert.False(_fence.IsOpen);
    }

    [Fact]
    public void A_renewal_opens_it_again()
    {
        _fence.Renewed(_fence.Now);
        _clock.Advance(TimeSpan.FromSeconds(9));
        _fence.Renewed(_fence.Now);
        Assert.True(_fence.IsOpen);
    }

    [Fact]
    public void A_lost_lease_closes_it_at_once()
    {
        _fence.Renewed(_fence.Now);
        _fence.Close();
        Assert.False(_fence.IsOpen);
        Assert.False(_fence.HoldsLease);
    }

    [Fact]
    public void A_machine_that_slept_finds_it_closed()
    {
        _fence.Renewed(_fence.Now);
        _clock.Sleep(TimeSpan.FromMinutes(1));
        Assert.False(_fence.IsOpen);
    }

    [Fact]
    public void A_time_of_day_that_is_set_back_does_not_keep_it_open()
    {
        _fence.Renewed(_fence.Now);
        _clock.Sleep(TimeSpan.FromHours(-1));
        Assert.True(_fence.IsOpen);
        _clock.Advance(Replica.Options.RenewDeadline);
        Assert.False(_fence.IsOpen);
    }

    [Fact]
    public void Without_an_election_it_is_open_until_the_process_stops()
    {
        var fence = Replica.Unelected(_clock);
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.True(fence.IsOpen);
        Assert.True(fence.ShutAsync(TimeSpan.Zero).IsCompletedSuccessfully);
        Assert.Throws<OperatorException>(() => fence.Pass("anything"));
    }

    [Fact]
    public async Task Who_waits_for_it_to_open_waits_for_the_first_renewal_of_each_term()
    {
        var first = _fence.OpensAsync(CancellationToken.None);
        Assert.False(first.IsCompleted);
        _fence.Renewed(_fence.Now);
        await first;
        Assert.True(_fence.OpensAsync(CancellationToken.None).IsCompleted);

        _fence.Close();
        var second = _fence.OpensAsync(CancellationToken.None);
        Assert.False(second.IsCompleted);
        _fence.Renewed(_fence.Now);
        await second;
    }

    [Fact]
    public async Task Shutting_it_waits_for_the_calls_under_way_and_lets_no_other_begin()
    {
        _fence.Renewed(_fence.Now);
        var (one, two) = (_fence.Pass("one"), _fence.Pass("two"));
        var shut = _fence.ShutAsync(TimeSpan.FromSeconds(5));
        Assert.Throws<OperatorException>(() => _fence.Pass("three"));

        one.Dispose();
        one.Dispose();
        Assert.False(shut.IsCompleted);
        two.Dispose();
        Assert.True(await shut);
    }

    [Fact]
    public async Task A_call_that_does_not_end_is_not_waited_for_for_ever()
    {
        _fence.Renewed(_fence.Now);
        using var call = _fence.Pass("one");
        var shut = _fence.ShutAsync(TimeSpan.FromSeconds(5));
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.False(await shut);
    }

    /// <summary>A clock whose time of day can move without the one that counts.</summary>
    private sealed class Uneven : FakeTimeProvider
    {
        private TimeSpan _shift;

        public void Sleep(TimeSpan time) => _shift += time;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _shift;

        public override long GetTimestamp() => base.GetUtcNow().UtcTicks;
    }
}
