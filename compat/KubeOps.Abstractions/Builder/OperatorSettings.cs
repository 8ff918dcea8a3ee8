namespace KubeOps.Abstractions.Builder;

/// <summary>The settings of an operator, fixed at start; made by <see cref="OperatorSettingsBuilder"/>, which has the defaults.</summary>
public sealed record OperatorSettings
{
    /// <summary>Also the name of the meter, the activity source, the event source, and of the lease (<c>{Name}-leader</c>).</summary>
    public required string Name { get; init; }

    /// <summary>The one namespace to watch; null is all of them.</summary>
    public string? Namespace { get; init; }

    public required LeaderElectionType LeaderElectionType { get; init; }

    public required QueueStrategy QueueStrategy { get; init; }

    public required WatchStrategy WatchStrategy { get; init; }

    public required TimeSpan LeaderElectionLeaseDuration { get; init; }

    public required TimeSpan LeaderElectionRenewDeadline { get; init; }

    public required TimeSpan LeaderElectionRetryPeriod { get; init; }

    /// <summary>Whether a reconciliation first writes the finalizers of the entity type to the object.</summary>
    public required bool AutoAttachFinalizers { get; init; }

    /// <summary>Whether a successful finalizer is removed from the object.</summary>
    public required bool AutoDetachFinalizers { get; init; }

    public required ReconcileStrategy ReconcileStrategy { get; init; }

    public required ParallelReconciliationSettings ParallelReconciliation { get; init; }

    public required bool EnableMetrics { get; init; }
}
