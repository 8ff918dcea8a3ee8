namespace KubeOps.Operator.Hosting;

/// <summary>How long to wait before something is tried again. Jitter keeps replicas from coming back all at once.</summary>
internal static class Backoff
{
    /// <summary>2^n seconds, at most 32, and up to one second of jitter.</summary>
    public static TimeSpan After(int failures) =>
        TimeSpan.FromSeconds(Math.Pow(2, Math.Min(failures, 5))) + Jitter(TimeSpan.FromSeconds(1));

    /// <summary>
    /// Half a second to one second. A watch that ends without an error is normal, but a server that ends it at once
    /// would be asked hundreds of times a second without a pause (upstream has none).
    /// </summary>
    public static TimeSpan BetweenWatches() => TimeSpan.FromMilliseconds(500) + Jitter(TimeSpan.FromMilliseconds(500));

#pragma warning disable CA5394 // Spreads load; nothing is secret.
    private static TimeSpan Jitter(TimeSpan most) => most * Random.Shared.NextDouble();
#pragma warning restore CA5394
}
