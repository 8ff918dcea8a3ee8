namespace GovernedFinetune.Operator.Leadership;

/// <summary>
/// How replicas agree on the one that acts. What the figures promise, and why they are these:
/// docs/adr/20261124-lease-and-fence.md.
/// </summary>
public sealed record LeaderElectionOptions
{
    /// <summary>Whether there is an election. Off is for debugging: nothing then keeps two processes apart.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Others wait this long after the last renewal that they saw; whole seconds, because that is what a Lease stores.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>The leader makes no call later than this after it sent its last renewal. What is left of
    /// <see cref="LeaseDuration"/> is the time that a call which began in time has to arrive.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Between two renewals, two looks at the lease, and two tries after a failure.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The Lease, in the operator's own namespace. Installations that share a namespace need one each.</summary>
    public string LeaseName { get; init; } = "governed-finetune-leader";

    /// <summary>One request for the lease may take this long: a second one still fits before the deadline.</summary>
    public TimeSpan RequestTimeout => RenewDeadline / 2;

    /// <summary>After this long somebody must lead, if only this process stands for election.</summary>
    public TimeSpan LongestWait => LeaseDuration + (RetryPeriod * 3);
}
