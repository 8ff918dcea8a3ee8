namespace KubeOps.Abstractions.Builder;

/// <summary>How many reconciliations of an entity type run at once, and how failed ones are retried.</summary>
public sealed record ParallelReconciliationSettings
{
    private static readonly TimeSpan DefaultRequeueDelay = TimeSpan.FromSeconds(5);

    public int MaxParallelReconciliations { get; init; } = Environment.ProcessorCount * 2;

    public ParallelReconciliationConflictStrategy ConflictStrategy { get; init; } =
        ParallelReconciliationConflictStrategy.WaitForCompletion;

    public TimeSpan? RequeueDelay { get; init; }

    /// <summary>How often a reconciliation that threw is tried again; after that it is dropped.</summary>
    public int MaxErrorRetries { get; init; } = 5;

    public TimeSpan ErrorBackoffBase { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan GetEffectiveRequeueDelay() => RequeueDelay ?? DefaultRequeueDelay;

    /// <summary>Base * 2^(n-1) before the n-th retry, without jitter.</summary>
    public TimeSpan GetErrorBackoffDelay(int retryCount) => ErrorBackoffBase * Math.Pow(2, retryCount - 1);
}

/// <summary>The mutable form of <see cref="ParallelReconciliationSettings"/>.</summary>
public sealed class ParallelReconciliationSettingsBuilder
{
    private static readonly ParallelReconciliationSettings Defaults = new();

    private int _maxParallelReconciliations = Defaults.MaxParallelReconciliations;

    public int MaxParallelReconciliations
    {
        get => _maxParallelReconciliations;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            _maxParallelReconciliations = value;
        }
    }

    public ParallelReconciliationConflictStrategy ConflictStrategy { get; set; } = Defaults.ConflictStrategy;

    public TimeSpan? RequeueDelay { get; set; }

    public int MaxErrorRetries { get; set; } = Defaults.MaxErrorRetries;

    public TimeSpan ErrorBackoffBase { get; set; } = Defaults.ErrorBackoffBase;

    public ParallelReconciliationSettings Build() => new()
    {
        MaxParallelReconciliations = MaxParallelReconciliations,
        ConflictStrategy = ConflictStrategy,
        RequeueDelay = RequeueDelay,
        MaxErrorRetries = MaxErrorRetries,
        ErrorBackoffBase = ErrorBackoffBase,
    };
}

/// <summary>The fluent form of <see cref="ParallelReconciliationSettingsBuilder"/>.</summary>
public static class ParallelReconciliationSettingsBuilderExtensions
{
    public static ParallelReconciliationSettingsBuilder WithMaxParallelReconciliations(
        this ParallelReconciliationSettingsBuilder builder,
        int value)
    {
        builder.MaxParallelReconciliations = value;
        return builder;
    }

    public static ParallelReconciliationSettingsBuilder WithConflictStrategy(
        this ParallelReconciliationSettingsBuilder builder,
        ParallelReconciliationConflictStrategy strategy)
    {
        builder.ConflictStrategy = strategy;
        return builder;
    }

    public static ParallelReconciliationSettingsBuilder WithRequeueDelay(
        this ParallelReconciliationSettingsBuilder builder,
        TimeSpan? delay)
    {
        builder.RequeueDelay = delay;
        return builder;
    }

    public static ParallelReconciliationSettingsBuilder WithMaxErrorRetries(
        this ParallelReconciliationSettingsBuilder builder,
        int retries)
    {
        builder.MaxErrorRetries = retries;
        return builder;
    }

    public static ParallelReconciliationSettingsBuilder WithErrorBackoffBase(
        this ParallelReconciliationSettingsBuilder builder,
        TimeSpan backoff)
    {
        builder.ErrorBackoffBase = backoff;
        return builder;
    }
}
