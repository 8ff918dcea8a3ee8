using GovernedFinetune.EndToEnd.Tests.Support;

namespace GovernedFinetune.EndToEnd.Tests.Failover;

/// <summary>One leader following another, as the services saw it.</summary>
/// <param name="LastAct">The last effect of the old leader before it was struck.</param>
/// <param name="LastRenewal">Its last renewal of the lease.</param>
/// <param name="Acquired">When the new leader had the lease.</param>
/// <param name="FirstAct">The first effect of the new leader.</param>
internal sealed record TakeOver(LoggedRequest LastAct, LoggedRequest LastRenewal, LoggedRequest Acquired, LoggedRequest FirstAct)
{
    /// <summary>From the last act of the old leader to the first of the new one.</summary>
    public TimeSpan Gap => FirstAct.Began - LastAct.Time;

    /// <summary>Waits for the take-over after a moment.</summary>
    public static async Task<TakeOver> AfterAsync(DateTimeOffset struck, World world, OperatorProcess old, OperatorProcess next)
    {
        IReadOnlyList<LoggedRequest> log = [];
        LoggedRequest? first = null;
        await Patience.UntilAsync(
            async () =>
            {
                log = await world.Requests.ReadAsync();
                first = log.FirstOrDefault(r => r.Began > struck && r.IsEffect && Replicas.IsOf(r, next));
                return first is not null;
            },
            () => $"'{next.Name}' did nothing after '{old.Name}' was struck at {struck:HH:mm:ss.fff}. Last requests:\n{string.Join('\n', log.TakeLast(20))}");

        var earlier = log.Where(r => r.Began < first!.Began).ToList();
        return new TakeOver(
            earlier.Last(r => r.IsEffect && Replicas.IsOf(r, old)),
            earlier.Last(r => IsLease(r) && Replicas.IsOf(r, old)),
            earlier.First(r => r.Began > struck && IsLease(r) && Replicas.IsOf(r, next)),
            first!);
    }

    public override string ToString() =>
        $"last act to first act {Gap.TotalSeconds:0.0} s (last renewal to lease {(Acquired.Time - LastRenewal.Time).TotalSeconds:0.0} s, lease to first act {(FirstAct.Began - Acquired.Time).TotalSeconds:0.0} s)";

    private static bool IsLease(LoggedRequest request) => request is { Operation: "update leases", Status: 200 };
}
