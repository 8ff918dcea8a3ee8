using GovernedFinetune.Operator.Leadership;
using k8s;
using k8s.LeaderElection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace GovernedFinetune.Operator.Tests.Leadership;

/// <summary>One process that stands for election, with a clock of its own, and the steps that its elector takes.</summary>
internal sealed class Replica : IDisposable
{
    private readonly IKubernetes _client;

    public Replica(FakeLeaseServer server, string name, FakeTimeProvider? clock = null)
    {
        Clock = clock ?? new FakeTimeProvider(Start);
        Identity = Named(name);
        Fence = new Fence(Options, Identity, Clock);
        _client = server.Client(new KubernetesGate(Fence, Identity));
        Lease = new ElectionLease(_client, "operators", Fence, Identity, Options, Clock, NullLogger<ElectionLease>.Instance);
        Release = new LeaseRelease(Lease, Fence, Options, Clock, NullLogger<LeaseRelease>.Instance);
    }

    public static DateTimeOffset Start { get; } = new(2026, 11, 24, 10, 0, 0, TimeSpan.Zero);

    public static LeaderElectionOptions Options { get; } = new() { LeaseName = "leader" };

    public FakeTimeProvider Clock { get; }

    public ReplicaIdentity Identity { get; }

    public Fence Fence { get; }

    public ElectionLease Lease { get; }

    public LeaseRelease Release { get; }

    public static ReplicaIdentity Named(string name) => new(name);

    /// <summary>The fence of a process that holds no election.</summary>
    public static Fence Unelected(TimeProvider? clock = null) =>
        new(new LeaderElectionOptions { Enabled = false }, Named("test"), clock ?? TimeProvider.System);

    /// <summary>What the elector does once it may take the lease: look, then write.</summary>
    public async Task<bool> TakeAsync()
    {
        _ = await Lease.GetAsync();
        return await Lease.UpdateAsync(Record());
    }

    public LeaderElectionRecord Record() => new()
    {
        HolderIdentity = Identity.Name,
        LeaseDurationSeconds = (int)Options.LeaseDuration.TotalSeconds,
        AcquireTime = Clock.GetUtcNow().UtcDateTime,
        RenewTime = Clock.GetUtcNow().UtcDateTime,
    };

    public void Dispose() => _client.Dispose();
}
