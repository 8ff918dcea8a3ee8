namespace KubeOps.Abstractions.Builder;

/// <summary>The settings of an operator, fixed at start.</summary>
public sealed record OperatorSettings
{
    /// <summary>Also the name of the meter, the activity source, the event source, and of the lease (<c>{Name}-leader</c>).</summary>
    public string Name { get; init; } = "kubernetesoperator";

    /// <summary>The one namespace to watch; null is all of them.</summary>
    public string? Namespace { get; init; }

    public LeaderElectionType LeaderElectionType { get; init; } = LeaderElectionType.None;

    public QueueStrategy QueueStrategy { get; init; } = QueueStrategy.InMemory;

    public WatchStrategy WatchStrategy { get; init; } = WatchStrategy.PerController;

    public TimeSpan LeaderElectionLeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    public TimeSpan LeaderElectionRenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan LeaderElectionRetryPeriod { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Whether a reconciliation first writes the finalizers of the entity type to the object.</summary>
    public bool AutoAttachFinalizers { get; init; } = true;

    /// <summary>Whether a successful finalizer is removed from the object.</summary>
    public bool AutoDetachFinalizers { get; init; } = true;

    public ReconcileStrategy ReconcileStrategy { get; init; } = ReconcileStrategy.ByGeneration;

    public ParallelReconciliationSettings ParallelReconciliation { get; init; } = new();

    public bool EnableMetrics { get; init; } = true;
}
