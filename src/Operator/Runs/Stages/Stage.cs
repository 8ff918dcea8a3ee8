using GovernedFinetune.Entities;

namespace GovernedFinetune.Operator.Runs.Stages;

/// <summary>A stage of a run, as the reconciler sees it.</summary>
public interface IStage
{
    /// <summary>The phase that the run shows while it is in this stage.</summary>
    FineTuneRunPhase Phase { get; }

    /// <summary>The condition that tells whether the stage is done.</summary>
    string Condition { get; }

    /// <summary>Writes the stage's intent into the status: the names and tokens that its effects will use.</summary>
    void Enter(RunScope scope, DateTimeOffset now);

    /// <summary>How long the stage may take before the run fails (design section 4, rule 9).</summary>
    TimeSpan Deadline(FineTuneRunSpec spec);

    /// <summary>Looks, writes what it saw into the status, and decides.</summary>
    Task<Decision> DecideAsync(RunScope scope, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Does one effect that the stage decided on, and writes its result into the status.</summary>
    Task ActAsync(RunScope scope, Effect effect, DateTimeOffset now, CancellationToken cancellationToken);
}

/// <summary>A stage as three things: <c>Observe</c> reads, <c>Decide</c> is pure, <c>Act</c> has at most one effect.</summary>
/// <typeparam name="TObservation">What the stage reads.</typeparam>
public abstract class Stage<TObservation> : IStage
{
    /// <inheritdoc />
    public abstract FineTuneRunPhase Phase { get; }

    /// <inheritdoc />
    public abstract string Condition { get; }

    /// <inheritdoc />
    public abstract void Enter(RunScope scope, DateTimeOffset now);

    /// <inheritdoc />
    public abstract TimeSpan Deadline(FineTuneRunSpec spec);

    /// <inheritdoc />
    public async Task<Decision> DecideAsync(RunScope scope, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var seen = await ObserveAsync(scope, now, cancellationToken);
        Record(scope.Status, seen, now);
        return Decide(scope.Facts(now), seen);
    }

    /// <inheritdoc />
    public abstract Task ActAsync(RunScope scope, Effect effect, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Reads what the decision needs. No effect.</summary>
    protected abstract Task<TObservation> ObserveAsync(RunScope scope, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Writes what was seen into the status. No I/O.</summary>
    protected abstract void Record(FineTuneRunStatus status, TObservation seen, DateTimeOffset now);

    /// <summary>Decides. No I/O, no clock, no state: the same function that the model check walks.</summary>
    protected abstract Decision Decide(RunFacts run, TObservation seen);

    /// <summary>The failure of an effect that belongs to another stage: a programming error.</summary>
    protected static InvalidOperationException NotMine(Effect effect) => new($"{effect.Action} is not an effect of this stage.");
}
