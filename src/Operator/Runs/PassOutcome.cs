namespace GovernedFinetune.Operator.Runs;

/// <summary>How a pass ends.</summary>
public abstract record PassOutcome
{
    private PassOutcome()
    {
    }

    /// <summary>Go on at once; what changed in the status can be stored later, since it can be seen again.</summary>
    public sealed record GoOn : PassOutcome;

    /// <summary>Store the status first, then go on at once.</summary>
    public sealed record StoreAndGoOn : PassOutcome;

    /// <summary>Store the status and rest.</summary>
    /// <param name="After">Look again after this long at the latest; null when the run has ended.</param>
    public sealed record Rest(TimeSpan? After) : PassOutcome;
}
