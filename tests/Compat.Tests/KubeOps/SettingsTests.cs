using KubeOps.Abstractions.Builder;

namespace GovernedFinetune.Compat.Tests.Operators;

public sealed class SettingsTests
{
    [Fact]
    public void The_defaults_are_upstreams()
    {
        var settings = new OperatorSettingsBuilder().Build();

        Assert.Equal(("kubernetesoperator", null), (settings.Name, settings.Namespace));
        Assert.Equal(
            (LeaderElectionType.None, QueueStrategy.InMemory, WatchStrategy.PerController, ReconcileStrategy.ByGeneration),
            (settings.LeaderElectionType, settings.QueueStrategy, settings.WatchStrategy, settings.ReconcileStrategy));
        Assert.Equal((15, 10, 2), (
            settings.LeaderElectionLeaseDuration.TotalSeconds,
            settings.LeaderElectionRenewDeadline.TotalSeconds,
            settings.LeaderElectionRetryPeriod.TotalSeconds));
        Assert.True(settings.AutoAttachFinalizers && settings.AutoDetachFinalizers && settings.EnableMetrics);
        Assert.Equal(
            (Environment.ProcessorCount * 2, ParallelReconciliationConflictStrategy.WaitForCompletion, 5),
            (settings.ParallelReconciliation.MaxParallelReconciliations, settings.ParallelReconciliation.ConflictStrategy,
                settings.ParallelReconciliation.GetEffectiveRequeueDelay().Seconds));
    }

    [Fact]
    public void Every_setting_has_a_fluent_form()
    {
        var settings = new OperatorSettingsBuilder()
            .WithName("own")
            .WithNamespace("here")
            .WithLeaderElection(LeaderElectionType.Single)
            .WithQueueStrategy(QueueStrategy.InMemory)
            .WithWatchStrategy(WatchStrategy.PerController)
            .WithLeaderElectionTimings(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1))
            .WithAutoAttachFinalizers(false)
            .WithAutoDetachFinalizers(false)
            .WithReconcileStrategy(ReconcileStrategy.ByResourceVersion)
            .WithMetrics(false)
            .WithParallelReconciliation(parallel => parallel
                .WithMaxParallelReconciliations(7)
                .WithConflictStrategy(ParallelReconciliationConflictStrategy.Discard)
                .WithRequeueDelay(TimeSpan.FromSeconds(8))
                .WithMaxErrorRetries(9)
                .WithErrorBackoffBase(TimeSpan.FromSeconds(10)))
            .Build();

        var expected = new OperatorSettings
        {
            Name = "own",
            Namespace = "here",
            LeaderElectionType = LeaderElectionType.Single,
            QueueStrategy = QueueStrategy.InMemory,
            WatchStrategy = WatchStrategy.PerController,
            LeaderElectionLeaseDuration = TimeSpan.FromSeconds(3),
            LeaderElectionRenewDeadline = TimeSpan.FromSeconds(2),
            LeaderElectionRetryPeriod = TimeSpan.FromSeconds(1),
            AutoAttachFinalizers = false,
            AutoDetachFinalizers = false,
            ReconcileStrategy = ReconcileStrategy.ByResourceVersion,
            EnableMetrics = false,
            ParallelReconciliation = new ParallelReconciliationSettings
            {
                MaxParallelReconciliations = 7,
                ConflictStrategy = ParallelReconciliationConflictStrategy.Discard,
                RequeueDelay = TimeSpan.FromSeconds(8),
                MaxErrorRetries = 9,
                ErrorBackoffBase = TimeSpan.FromSeconds(10),
            },
        };
        Assert.Equal(expected, settings);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void At_least_one_reconciliation_must_be_allowed(int most) => Assert.Throws<ArgumentOutOfRangeException>(
        () => new ParallelReconciliationSettingsBuilder().WithMaxParallelReconciliations(most));

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    [InlineData(5, 32)]
    [InlineData(31, 2L << 30)]
    [InlineData(int.MaxValue, 2L << 30)]
    public void The_delay_of_a_retry_doubles_up_to_a_limit(int retry, long seconds)
    {
        var settings = new ParallelReconciliationSettingsBuilder().Build();

        Assert.Equal(TimeSpan.FromSeconds(seconds), settings.GetErrorBackoffDelay(retry));
    }
}
