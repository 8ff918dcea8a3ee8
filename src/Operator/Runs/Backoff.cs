namespace GovernedFinetune.Operator.Runs;

/// <summary>Capped exponential back-off with jitter.</summary>
public static class Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Cap = TimeSpan.FromMinutes(5);

    /// <summary>The wait before try number <paramref name="failures"/> + 1, between half of the full wait and all of it.</summary>
    /// <param name="failures">How often it has failed in a row; at least 1.</param>
    /// <param name="jitter">From 0 to 1.</param>
    public static TimeSpan After(int failures, double jitter)
    {
        var full = Math.Min(Cap.TotalSeconds, First.TotalSeconds * Math.Pow(2, Math.Min(failures - 1, 20)));
        return TimeSpan.FromSeconds(full * (0.5 + (0.5 * jitter)));
    }
}
