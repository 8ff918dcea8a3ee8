using System.Globalization;
using System.Text.Json.Nodes;
using GovernedFinetune.Compat.Tests.Contract.Support;
using k8s;
using k8s.LeaderElection;
using k8s.LeaderElection.ResourceLock;

namespace GovernedFinetune.Compat.Tests.Contract;

/// <summary>Leases, by hand and as KubernetesClient's leader elector uses them.</summary>
public sealed class LeaseTests(Cluster cluster) : IClassFixture<Cluster>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private string Leases => $"/apis/coordination.k8s.io/v1/namespaces/{cluster.Namespace}/leases";

    [Theory]
    [InlineData("2026-01-01T00:00:00.123456Z", 201)]
    [InlineData("2026-01-01T00:00:00.000000Z", 201)]
    [InlineData("2026-01-01T00:00:00.123456+02:00", 201)]
    [InlineData("2026-01-01T00:00:00Z", 400)]
    [InlineData("2026-01-01T00:00:00.123Z", 400)]
    [InlineData("2026-01-01T00:00:00.123456789Z", 400)]
    [InlineData("soon", 400)]
    public async Task Times_take_exactly_six_digits_of_a_second(string time, int status)
    {
        var answer = await cluster.Client.PostAsync(Leases, JsonNode.Parse($$$"""{"metadata":{"generateName":"time-"},"spec":{"holderIdentity":"me","renewTime":"{{{time}}}"}}""")!);
        Assert.True(answer.Status == status, answer.ToString());
    }

    [Fact]
    public async Task A_lease_is_made_by_PUT_when_absent_and_then_replaced_by_version()
    {
        var lease = JsonNode.Parse("""{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"put"},"spec":{"holderIdentity":"me","leaseDurationSeconds":15}}""")!;
        var made = (await cluster.Client.PutAsync($"{Leases}/put", lease)).Expect(201);
        Assert.Equal((422, "Invalid"), (await cluster.Client.PutAsync($"{Leases}/put", lease)).Refusal);
        var taken = made.Json;
        taken["spec"]!["holderIdentity"] = "other";
        (await cluster.Client.PutAsync($"{Leases}/put", taken)).Expect(200);
        taken["spec"]!["holderIdentity"] = "third";
        Assert.Equal((409, "Conflict"), (await cluster.Client.PutAsync($"{Leases}/put", taken)).Refusal);
    }

    [Theory]
    [InlineData("""{"leaseDurationSeconds":0}""")]
    [InlineData("""{"leaseDurationSeconds":-1}""")]
    [InlineData("""{"leaseTransitions":-1}""")]
    public async Task Numbers_that_make_no_sense_are_invalid(string spec)
    {
        var lease = new JsonObject { ["metadata"] = new JsonObject { ["generateName"] = "wrong-" }, ["spec"] = JsonNode.Parse(spec) };
        Assert.Equal((422, "Invalid"), (await cluster.Client.PostAsync(Leases, lease)).Refusal);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"holderIdentity":null}""")]
    [InlineData("""{"leaseDurationSeconds":1}""")]
    public async Task A_lease_that_nobody_holds_is_taken_by_PUT(string spec)
    {
        var lease = new JsonObject { ["metadata"] = new JsonObject { ["generateName"] = "free-" }, ["spec"] = JsonNode.Parse(spec) };
        var free = (await cluster.Client.PostAsync(Leases, lease)).Expect(201);
        Assert.Null(free.At("spec.holderIdentity"));
        var taken = free.Json;
        taken["spec"] = JsonNode.Parse("""{"holderIdentity":"me","leaseDurationSeconds":15,"renewTime":"2026-01-01T00:00:00.000000Z"}""");
        var put = (await cluster.Client.PutAsync($"{Leases}/{free.At("metadata.name")}", taken)).Expect(200);
        Assert.Equal(("me", "2026-01-01T00:00:00.000000Z"), (put.At("spec.holderIdentity"), put.At("spec.renewTime")));
    }

    [Fact]
    public async Task The_elector_makes_a_missing_lease_and_renews_it()
    {
        await using var one = new Candidate(cluster, "missing", "one");
        await one.LeadsAsync();
        var made = (await cluster.Client.GetAsync($"{Leases}/missing")).Expect(200);
        Assert.Equal(("one", "2"), (made.At("spec.holderIdentity"), made.At("spec.leaseDurationSeconds")));
        _ = await Eventually.GetAsync(() => cluster.Client.GetAsync($"{Leases}/missing"), a => a.At("spec.renewTime") != made.At("spec.renewTime"));
    }

    [Fact]
    public async Task The_elector_takes_a_lease_that_was_given_back()
    {
        (await cluster.Client.PostAsync(Leases, JsonNode.Parse("""{"metadata":{"name":"given-back"},"spec":{"holderIdentity":"","leaseDurationSeconds":3600,"acquireTime":"2026-01-01T00:00:00.000000Z","renewTime":"2026-01-01T00:00:00.000000Z","leaseTransitions":4}}""")!)).Expect(201);
        await using var one = new Candidate(cluster, "given-back", "one");
        await one.LeadsAsync();
        Assert.Equal("one", (await cluster.Client.GetAsync($"{Leases}/given-back")).At("spec.holderIdentity"));
    }

    [Fact]
    public async Task The_elector_takes_over_when_the_holder_is_silent_for_the_duration()
    {
        var now = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
        (await cluster.Client.PostAsync(Leases, JsonNode.Parse($$$"""{"metadata":{"name":"silent"},"spec":{"holderIdentity":"gone","leaseDurationSeconds":1,"acquireTime":"{{{now}}}","renewTime":"{{{now}}}","leaseTransitions":4}}""")!)).Expect(201);
        await using var one = new Candidate(cluster, "silent", "one");
        await one.LeadsAsync();
        var taken = (await cluster.Client.GetAsync($"{Leases}/silent")).Expect(200);
        Assert.Equal(("one", "5"), (taken.At("spec.holderIdentity"), taken.At("spec.leaseTransitions")));
    }

    [Fact]
    public async Task The_elector_stops_leading_when_another_took_the_lease()
    {
        await using var one = new Candidate(cluster, "lost", "one");
        await one.LeadsAsync();
        var now = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
        (await cluster.Client.PatchAsync($"{Leases}/lost", $$$"""{"spec":{"holderIdentity":"other","leaseDurationSeconds":3600,"renewTime":"{{{now}}}"}}""")).Expect(200);
        await one.LostAsync();
        Assert.Equal("other", (await cluster.Client.GetAsync($"{Leases}/lost")).At("spec.holderIdentity"));
    }

    [Fact]
    public async Task Of_two_electors_one_leads_and_the_other_follows_it()
    {
        await using var one = new Candidate(cluster, "pair", "one");
        await one.LeadsAsync();
        await using var two = new Candidate(cluster, "pair", "two");
        await two.FollowsAsync("one");
        Assert.False(two.IsLeader);
        await one.StopAsync();
        await two.LeadsAsync();
    }

    /// <summary>One process that stands for election.</summary>
    private sealed class Candidate : IAsyncDisposable
    {
        private readonly Kubernetes _client;
        private readonly LeaderElector _elector;
        private readonly CancellationTokenSource _stop = new();
        private readonly TaskCompletionSource _leads = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<string> _follows = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Task _run;

        public Candidate(Cluster cluster, string lease, string identity)
        {
            _client = new Kubernetes(cluster.Configuration());
            _elector = new LeaderElector(new LeaderElectionConfig(new LeaseLock(_client, cluster.Namespace, lease, identity))
            {
                LeaseDuration = TimeSpan.FromSeconds(2),
                RenewDeadline = TimeSpan.FromSeconds(1.5),
                RetryPeriod = TimeSpan.FromMilliseconds(100),
            });
            _elector.OnStartedLeading += () => _leads.TrySetResult();
            _elector.OnStoppedLeading += () => _lost.TrySetResult();
            _elector.OnNewLeader += leader => _follows.TrySetResult(leader);
            _run = _elector.RunUntilLeadershipLostAsync(_stop.Token);
        }

        public bool IsLeader => _elector.IsLeader();

        public Task LeadsAsync() => _leads.Task.WaitAsync(Patience);

        public Task LostAsync() => _lost.Task.WaitAsync(Patience);

        public async Task FollowsAsync(string leader) => Assert.Equal(leader, await _follows.Task.WaitAsync(Patience));

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            _elector.Dispose();
            _client.Dispose();
            _stop.Dispose();
        }
    }
}
