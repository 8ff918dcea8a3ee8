namespace KubeOps.Abstractions.Builder;

/// <summary>What the lambda of <c>AddKubernetesOperator</c> fills in.</summary>
public sealed class OperatorSettingsBuilder
{
    private static readonly OperatorSettings Defaults = new();

    public string Name { get; set; } = Defaults.Name;

    public string? Namespace { get; set; }

    public LeaderElectionType LeaderElectionType { get; set; } = Defaults.LeaderElectionType;

    public QueueStrategy QueueStrategy { get; set; } = Defaults.QueueStrategy;

    public WatchStrategy WatchStrategy { get; set; } = Defaults.WatchStrategy;

    public TimeSpan LeaderElectionLeaseDuration { get; set; } = Defaults.LeaderElectionLeaseDuration;

    public TimeSpan LeaderElectionRenewDeadline { get; set; } = Defaults.LeaderElectionRenewDeadline;

    public TimeSpan LeaderElectionRetryPeriod { get; set; } = Defaults.LeaderElectionRetryPeriod;

    public bool AutoAttachFinalizers { get; set; } = Defaults.AutoAttachFinalizers;

    public bool AutoDetachFinalizers { get; set; } = Defaults.AutoDetachFinalizers;

    public ReconcileStrategy ReconcileStrategy { get; set; } = Defaults.ReconcileStrategy;

    public ParallelReconciliationSettingsBuilder ParallelReconciliation { get; set; } = new();

    public bool EnableMetrics { get; set; } = Defaults.EnableMetrics;

    public OperatorSettings Build() => new()
    {
        Name = Name,
        Namespace = Namespace,
        LeaderElectionType = LeaderElectionType,
        QueueStrategy = QueueStrategy,
        WatchStrategy = WatchStrategy,
        LeaderElectionLeaseDuration = LeaderElectionLeaseDuration,
        LeaderElectionRenewDeadline = LeaderElectionRenewDeadline,
        LeaderElectionRetryPeriod = LeaderElectionRetryPeriod,
        AutoAttachFinalizers = AutoAttachFinalizers,
        AutoDetachFinalizers = AutoDetachFinalizers,
        ReconcileStrategy = ReconcileStrategy,
        ParallelReconciliation = ParallelReconciliation.Build(),
        EnableMetrics = EnableMetrics,
    };
}
