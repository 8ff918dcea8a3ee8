using System.Collections.Concurrent;
using GovernedFinetune.Compat.Tests.Operators.Fakes;
using k8s.LeaderElection;
using k8s.Models;
using KubeOps.Abstractions.Builder;
using KubeOps.Operator.LeaderElection;
using Microsoft.Extensions.DependencyInjection;

namespace GovernedFinetune.Compat.Tests.Operators;

public sealed class LeaderElectionTests
{
    [Fact]
    public async Task The_leader_holds_a_lease_named_after_the_operator_with_the_machine_as_identity()
    {
        await using var widgets = await OperatorUnderTest.StartAsync(it => it
            .WithLeaderElection(LeaderElectionType.Single)
            .WithLeaderElectionTimings(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(3)));

        await widgets.Server.NextWatchAsync("widgets");

        var lease = await widgets.Client.GetAsync<V1Lease>("widget-operator-leader", "default");
        Assert.Equal((Environment.MachineName, 20), (lease!.Spec.HolderIdentity, lease.Spec.LeaseDurationSeconds));
    }

    [Fact]
    public async Task Nothing_is_watched_queued_or_reconciled_before_the_process_leads()
    {
        var @lock = new TestLock();
        await using var widgets = await StartAsync(@lock);
        var widget = await widgets.CreateAsync("a");

        await @lock.AskedAsync();
        Assert.False(await widgets.QueueAsync(widget, TimeSpan.Zero));
        Assert.DoesNotContain(widgets.Server.Requests, request => request.Query.Contains("watch=true", StringComparison.Ordinal));

        @lock.Give();
        Assert.Equal("a", (await widgets.Script.NextAsync()).Widget.Name());
        Assert.True(await widgets.QueueAsync(widget, TimeSpan.Zero));
    }

    [Fact]
    public async Task A_lost_lease_cancels_what_is_under_way_and_forgets_what_waits()
    {
        var @lock = new TestLock();
        @lock.Give();
        await using var widgets = await StartAsync(@lock);
        var cancelled = new TaskCompletionSource();
        widgets.Script.Answer = async (call, cancellationToken) =>
        {
            await using var registration = cancellationToken.Register(() => cancelled.TrySetResult());
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            throw new InvalidOperationException("unreachable");
        };
        var widget = await widgets.CreateAsync("a");
        await widgets.Script.NextAsync();
        Assert.True(await widgets.QueueAsync(widget, TimeSpan.FromHours(1)));
        Assert.Equal(1, widgets.Meter.Scheduled());
        var stopped = new TaskCompletionSource();
        widgets.Services.GetRequiredService<LeaderElector>().OnStoppedLeading += stopped.SetResult;

        @lock.Break();

        await stopped.Task.Soon();
        await cancelled.Task.Soon();
        Assert.Equal(0, widgets.Meter.Scheduled());
        Assert.False(await widgets.QueueAsync(widget, TimeSpan.Zero));
    }

    [Fact]
    public async Task A_new_term_watches_from_the_beginning_and_reconciles_everything_again()
    {
        var @lock = new TestLock();
        @lock.Give();
        await using var widgets = await StartAsync(@lock);
        await widgets.CreateAsync("a");
        await widgets.Script.NextAsync();
        (await widgets.Server.NextWatchAsync("widgets")).Bookmark(widgets.Server.Store.Version);

        @lock.Break();
        @lock.Give();

        Assert.DoesNotContain("resourceVersion", (await widgets.Server.NextWatchAsync("widgets")).Query.Keys);
        Assert.Equal("a", (await widgets.Script.NextAsync()).Widget.Name());
    }

    private static Task<OperatorUnderTest> StartAsync(TestLock @lock) => OperatorUnderTest.StartAsync(
        it => it.LeaderElectionType = LeaderElectionType.Single,
        services: services => services.AddSingleton<ILeaderElectorFactory>(new TestElectors(@lock)));

    private sealed class TestElectors(TestLock @lock) : ILeaderElectorFactory
    {
        public LeaderElector CreateElector() => new(new LeaderElectionConfig(@lock)
        {
            LeaseDuration = TimeSpan.FromSeconds(30),
            RenewDeadline = TimeSpan.FromSeconds(20),
            RetryPeriod = TimeSpan.FromMilliseconds(20),
        });
    }

    /// <summary>A lock that the test gives and breaks.</summary>
    private sealed class TestLock : ILock
    {
        private readonly ConcurrentQueue<bool> _breaks = [];
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _given;
        private LeaderElectionRecord? _record;

        public string Identity => "this-process";

        public Task AskedAsync() => _asked.Task.Soon();

        public void Give() => _given = true;

        /// <summary>Makes the next renewal fail as a broken connection does, which ends the term at once.</summary>
        public void Break()
        {
            _given = false;
            _breaks.Enqueue(true);
        }

        public Task<LeaderElectionRecord> GetAsync(CancellationToken cancellationToken = default)
        {
            _asked.TrySetResult();
            return _breaks.TryDequeue(out _)
                ? throw new HttpRequestException("the connection broke")
                : Task.FromResult(_record ?? new LeaderElectionRecord());
        }

        public Task<bool> CreateAsync(LeaderElectionRecord record, CancellationToken cancellationToken = default) =>
            UpdateAsync(record, cancellationToken);

        public Task<bool> UpdateAsync(LeaderElectionRecord record, CancellationToken cancellationToken = default)
        {
            _record = _given ? record : _record;
            return Task.FromResult(_given);
        }

        public string Describe() => "test lock";
    }
}
