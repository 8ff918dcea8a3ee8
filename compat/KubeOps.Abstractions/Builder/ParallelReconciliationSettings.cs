namespace KubeOps.Abstractions.Builder;

/// <summary>How many reconciliations of an entity type run at once, and how failed ones are retried.</summary>
public sealed record ParallelReconciliationSettings
{
    private static readonly TimeSpan DefaultRequeueDelay = TimeSpan.FromSeconds(5);

    public required int MaxParallelReconciliations { get; init; }

    public required ParallelReconciliationConflictStrategy ConflictStrategy { get; init; }

    public TimeSpan? RequeueDelay { get; init; }

    /// <summary>How often a reconciliation that threw is tried again; after that it is dropped.</summary>
    public required int MaxErrorRetries { get; init; }

    public required TimeSpan ErrorBackoffBase { get; init; }

    public TimeSpan GetEffectiveRequeueDelay() => RequeueDelay ?? DefaultRequeueDelay;

    /// <summary>Base * 2^(n-1) before the n-th retry, at most base * 2^30, without jitter.</summary>
    public TimeSpan GetErrorBackoffDelay(int retryCount) => ErrorBackoffBase * Math.Pow(2, Math.Min(retryCount - 1, 30));
}

/// <summary>The mutable form of <see cref="ParallelReconciliationSettings"/>, with the defaults.</summary>
public sealed class ParallelReconciliationSettingsBuilder
{
    private int _maxParallelReconciliations = Environment.ProcessorCount * 2;

    public int MaxParallelReconciliations
    {
        get => _maxParallelReconciliations;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            _maxParallelReconciliations = value;
        }
    }

    public ParallelReconciliationConflictStrategy ConflictStrategy { get; set; } =
        ParallelReconciliationConflictStrategy.WaitForCompletion;

    public TimeSpan? RequeueDelay { get; set; }

    public int MaxErrorRetries { get; set; } = 5;

    public TimeSpan ErrorBackoffBase { get; set; } = TimeSpan.FromSeconds(2);

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
