namespace GovernedFinetune.Operator.Hosting;

/// <summary>
/// Whether the operator does its work: it has listed its resources, and did so not too long ago. A watch that died in
/// silence, or an API server that went away, shows here.
/// </summary>
public sealed class Readiness(OperatorOptions options, TimeProvider clock)
{
    private long _lastListed;

    /// <summary>The resources were listed.</summary>
    public void Listed() => Interlocked.Exchange(ref _lastListed, clock.GetUtcNow().UtcTicks);

    /// <summary>Why the operator is not ready; null when it is.</summary>
    public string? Obstacle()
    {
        var ticks = Interlocked.Read(ref _lastListed);
        if (ticks == 0)
        {
            return "FineTuneRuns and DatasetGrants have not been listed yet: is the API server reachable, and are the CRDs installed?";
        }

        var age = clock.GetUtcNow() - new DateTimeOffset(ticks, TimeSpan.Zero);
        return age <= options.ResyncInterval * 2.5
            ? null
            : $"FineTuneRuns and DatasetGrants were last listed {age.TotalSeconds:0} s ago.";
    }
}
