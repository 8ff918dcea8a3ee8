namespace KubeOps.Abstractions.Builder;

/// <summary>The fluent form of <see cref="OperatorSettingsBuilder"/>.</summary>
public static class OperatorSettingsBuilderExtensions
{
    public static OperatorSettingsBuilder WithName(this OperatorSettingsBuilder builder, string name) =>
        builder.Set(it => it.Name = name);

    public static OperatorSettingsBuilder WithNamespace(this OperatorSettingsBuilder builder, string? ns) =>
        builder.Set(it => it.Namespace = ns);

    public static OperatorSettingsBuilder WithLeaderElection(this OperatorSettingsBuilder builder, LeaderElectionType type) =>
        builder.Set(it => it.LeaderElectionType = type);

    public static OperatorSettingsBuilder WithQueueStrategy(this OperatorSettingsBuilder builder, QueueStrategy strategy) =>
        builder.Set(it => it.QueueStrategy = strategy);

    public static OperatorSettingsBuilder WithWatchStrategy(this OperatorSettingsBuilder builder, WatchStrategy strategy) =>
        builder.Set(it => it.WatchStrategy = strategy);

    public static OperatorSettingsBuilder WithLeaderElectionTimings(
        this OperatorSettingsBuilder builder,
        TimeSpan leaseDuration,
        TimeSpan renewDeadline,
        TimeSpan retryPeriod) =>
        builder
            .WithLeaderElectionLeaseDuration(leaseDuration)
            .WithLeaderElectionRenewDeadline(renewDeadline)
            .WithLeaderElectionRetryPeriod(retryPeriod);

    public static OperatorSettingsBuilder WithLeaderElectionLeaseDuration(
        this OperatorSettingsBuilder builder,
        TimeSpan leaseDuration) =>
        builder.Set(it => it.LeaderElectionLeaseDuration = leaseDuration);

    public static OperatorSettingsBuilder WithLeaderElectionRenewDeadline(
        this OperatorSettingsBuilder builder,
        TimeSpan renewDeadline) =>
        builder.Set(it => it.LeaderElectionRenewDeadline = renewDeadline);

    public static OperatorSettingsBuilder WithLeaderElectionRetryPeriod(
        this OperatorSettingsBuilder builder,
        TimeSpan retryPeriod) =>
        builder.Set(it => it.LeaderElectionRetryPeriod = retryPeriod);

    public static OperatorSettingsBuilder WithAutoAttachFinalizers(this OperatorSettingsBuilder builder, bool value = true) =>
        builder.Set(it => it.AutoAttachFinalizers = value);

    public static OperatorSettingsBuilder WithAutoDetachFinalizers(this OperatorSettingsBuilder builder, bool value = true) =>
        builder.Set(it => it.AutoDetachFinalizers = value);

    public static OperatorSettingsBuilder WithReconcileStrategy(
        this OperatorSettingsBuilder builder,
        ReconcileStrategy strategy) =>
        builder.Set(it => it.ReconcileStrategy = strategy);

    public static OperatorSettingsBuilder WithMetrics(this OperatorSettingsBuilder builder, bool value = true) =>
        builder.Set(it => it.EnableMetrics = value);

    public static OperatorSettingsBuilder WithParallelReconciliation(
        this OperatorSettingsBuilder builder,
        Action<ParallelReconciliationSettingsBuilder> configure) =>
        builder.Set(it => configure(it.ParallelReconciliation));

    private static OperatorSettingsBuilder Set(this OperatorSettingsBuilder builder, Action<OperatorSettingsBuilder> change)
    {
        change(builder);
        return builder;
    }
}
