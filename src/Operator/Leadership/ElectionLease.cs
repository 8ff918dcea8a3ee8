using System.Net;
using k8s;
using k8s.Autorest;
using k8s.LeaderElection;
using k8s.Models;

namespace GovernedFinetune.Operator.Leadership;

/// <summary>
/// The Lease that replicas compete for. KubernetesClient's own lock is close to it and has weaknesses that matter here:
/// a lease without a holder is never taken, a time of day without a fraction is refused by the API server, one lost
/// connection ends leadership at once, a hanging request is never given up, and whose turn it is hangs on the time of day.
/// </summary>
internal sealed class ElectionLease(
    IKubernetes client, string space, Fence fence, ReplicaIdentity identity, LeaderElectionOptions options, TimeProvider clock, ILogger<ElectionLease> logger) : ILock
{
    private Sighting? _seen;
    private long _heardAt;
    private volatile bool _givenUp;
    private volatile bool _silent;

    /// <inheritdoc />
    public string Identity => identity.Name;

    /// <summary>Who held the lease when it was last read; empty when nobody did.</summary>
    public string Holder => Volatile.Read(ref _seen) is { } seen ? HolderOf(seen.Lease) : "";

    /// <summary>How long ago the API server last said anything about the lease; null when it never has.</summary>
    public TimeSpan? Silence => Interlocked.Read(ref _heardAt) is not 0 and var heard ? clock.GetElapsedTime(heard) : null;

    /// <inheritdoc />
    public string Describe() => $"{space}/{options.LeaseName}";

    /// <inheritdoc />
    public async Task<LeaderElectionRecord> GetAsync(CancellationToken cancellationToken = default)
    {
        V1Lease lease;
        try
        {
            lease = await AskAsync(token => client.CoordinationV1.ReadNamespacedLeaseAsync(options.LeaseName, space, cancellationToken: token), cancellationToken);
        }
        catch (HttpOperationException e) when (e.Response.StatusCode == HttpStatusCode.NotFound)
        {
            Volatile.Write(ref _seen, null);
            StepDownIfHeld("it was deleted");
            throw;
        }

        var seen = Observe(lease);
        var holder = HolderOf(lease);
        if (holder != Identity)
        {
            StepDownIfHeld(holder.Length == 0 ? "its holder was removed" : $"{holder} holds it");
        }

        return new LeaderElectionRecord
        {
            // A missing holder reads as none: the elector takes that by an update, where it would create what exists.
            HolderIdentity = holder,
            AcquireTime = seen.Lease.Spec?.AcquireTime ?? DateTime.UnixEpoch,
            RenewTime = seen.Lease.Spec?.RenewTime ?? DateTime.UnixEpoch,
            LeaderTransitions = seen.Lease.Spec?.LeaseTransitions ?? 0,
            LeaseDurationSeconds = (int)DurationOf(lease).TotalSeconds,
        };
    }

    /// <inheritdoc />
    public Task<bool> CreateAsync(LeaderElectionRecord record, CancellationToken cancellationToken = default) => WriteAsync(
        Filled(new V1Lease { Metadata = new V1ObjectMeta { Name = options.LeaseName, NamespaceProperty = space } }, record),
        (lease, token) => client.CoordinationV1.CreateNamespacedLeaseAsync(lease, space, cancellationToken: token),
        cancellationToken);

    /// <inheritdoc />
    public async Task<bool> UpdateAsync(LeaderElectionRecord record, CancellationToken cancellationToken = default) =>
        Volatile.Read(ref _seen) is { } seen && MayTake(seen) && await WriteAsync(Filled(seen.Lease, record), ReplaceAsync, cancellationToken);

    /// <summary>Gives the lease back, if this process holds it, and takes no other. A holder that is empty and not missing,
    /// and a duration that is short and not missing, can be taken at once by every client (reference kubeops.md, 6.3).</summary>
    /// <returns>Whether it was held and given back.</returns>
    public async Task<bool> GiveBackAsync(CancellationToken cancellationToken)
    {
        _givenUp = true;
        while (true)
        {
            var lease = await client.CoordinationV1.ReadNamespacedLeaseAsync(options.LeaseName, space, cancellationToken: cancellationToken);
            if (HolderOf(lease) != Identity)
            {
                return false;
            }

            var now = WithFraction(clock.GetUtcNow().UtcDateTime);
            (lease.Spec.HolderIdentity, lease.Spec.LeaseDurationSeconds) = ("", 1);
            (lease.Spec.AcquireTime, lease.Spec.RenewTime) = (now, now);
            try
            {
                _ = await ReplaceAsync(lease, cancellationToken);
                fence.Close();
                return true;
            }
            catch (HttpOperationException e) when (e.Response.StatusCode == HttpStatusCode.Conflict)
            {
                // A renewal was still on its way: read again, it cannot repeat itself.
            }
        }
    }

    private Task<V1Lease> ReplaceAsync(V1Lease lease, CancellationToken cancellationToken) =>
        client.CoordinationV1.ReplaceNamespacedLeaseAsync(lease, options.LeaseName, space, cancellationToken: cancellationToken);

    /// <summary>Whether the lease, as it was read, may be taken: nobody else holds it, or did not renew it for as long as it
    /// says. The elector has judged the same by the time of day, which may be set forward.</summary>
    private bool MayTake(Sighting seen) =>
        HolderOf(seen.Lease) is var holder && (holder.Length == 0 || holder == Identity || clock.GetElapsedTime(seen.Since) >= DurationOf(seen.Lease));

    private async Task<bool> WriteAsync(V1Lease lease, Func<V1Lease, CancellationToken, Task<V1Lease>> write, CancellationToken cancellationToken)
    {
        if (_givenUp)
        {
            return false;
        }

        // Before it is sent: should the process be halted between here and the wire, the time counts.
        var sent = fence.Now;
        try
        {
            _ = Observe(await AskAsync(token => write(lease, token), cancellationToken));
        }
        catch (HttpOperationException e)
        {
            if (e.Response.StatusCode is not (HttpStatusCode.Conflict or HttpStatusCode.ServiceUnavailable))
            {
                LeadershipLog.Refused(logger, Describe(), (int)e.Response.StatusCode, e.Response.Content);
            }

            // Also 409: somebody else was faster, and the next look tells who.
            return false;
        }

        fence.Renewed(sent);
        return true;
    }

    /// <summary>Asks the API server, and not longer than the time allows. No answer becomes a 503, which the elector takes for
    /// a reason to try again until its deadline; any other exception would end the term, or grow a back-off, at once.</summary>
    private async Task<V1Lease> AskAsync(Func<CancellationToken, Task<V1Lease>> ask, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.RequestTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var lease = await ask(either.Token);
            Heard();
            return lease;
        }
        catch (HttpOperationException)
        {
            Heard();
            throw;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is HttpRequestException or IOException or OperationCanceledException)
        {
            if (!_silent)
            {
                _silent = true;
                LeadershipLog.Silent(logger, Describe(), e.Message);
            }

            using var none = new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
            throw new HttpOperationException($"No answer about lease {Describe()}: {e.Message}", e) { Response = new HttpResponseMessageWrapper(none, e.Message) };
        }
    }

    private void Heard()
    {
        Interlocked.Exchange(ref _heardAt, clock.GetTimestamp());
        if (_silent)
        {
            _silent = false;
            LeadershipLog.HeardAgain(logger, Describe());
        }
    }

    /// <summary>Notes the lease; the time counts from when it was first seen as it is.</summary>
    private Sighting Observe(V1Lease lease)
    {
        var before = Volatile.Read(ref _seen);
        var seen = new Sighting(lease, before is not null && IsSameTerm(before.Lease.Spec, lease.Spec) ? before.Since : clock.GetTimestamp());
        Volatile.Write(ref _seen, seen);
        return seen;
    }

    private static bool IsSameTerm(V1LeaseSpec? a, V1LeaseSpec? b) =>
        a?.HolderIdentity == b?.HolderIdentity && a?.RenewTime == b?.RenewTime && a?.AcquireTime == b?.AcquireTime && a?.LeaseTransitions == b?.LeaseTransitions;

    /// <summary>Ends the term now and not when the elector's deadline has passed.</summary>
    private void StepDownIfHeld(string why)
    {
        if (fence.HoldsLease)
        {
            fence.Close();
            throw new LeaseLostException($"Lease {Describe()} was lost: {why}.");
        }
    }

    /// <summary>The lease with a record in it, and whatever else it had.</summary>
    private static V1Lease Filled(V1Lease lease, LeaderElectionRecord record) => new()
    {
        ApiVersion = $"{V1Lease.KubeGroup}/{V1Lease.KubeApiVersion}",
        Kind = V1Lease.KubeKind,
        Metadata = lease.Metadata,
        Spec = new V1LeaseSpec
        {
            AcquireTime = WithFraction(record.AcquireTime),
            HolderIdentity = record.HolderIdentity,
            LeaseDurationSeconds = record.LeaseDurationSeconds,
            LeaseTransitions = record.LeaderTransitions,
            PreferredHolder = lease.Spec?.PreferredHolder,
            RenewTime = WithFraction(record.RenewTime),
            Strategy = lease.Spec?.Strategy,
        },
    };

    /// <summary>A time that has a fraction: one without is written without, and the API server then refuses it, because a
    /// MicroTime has six digits.</summary>
    private static DateTime? WithFraction(DateTime? time) => time is { } value ? WithFraction(value) : null;

    private static DateTime WithFraction(DateTime time) =>
        time.Ticks % TimeSpan.TicksPerSecond < TimeSpan.TicksPerMicrosecond ? time.AddTicks(TimeSpan.TicksPerMicrosecond) : time;

    private static string HolderOf(V1Lease lease) => lease.Spec?.HolderIdentity ?? "";

    private TimeSpan DurationOf(V1Lease lease) =>
        lease.Spec?.LeaseDurationSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : options.LeaseDuration;

    private sealed record Sighting(V1Lease Lease, long Since);
}

/// <summary>Somebody else holds the lease that this process held.</summary>
internal sealed class LeaseLostException(string message) : Exception(message);
