using GovernedFinetune.Operator.Failures;

namespace GovernedFinetune.Operator.Runs.Stages;

/// <summary>What a stage wants, as data. A stage decides; the reconciler does.</summary>
public abstract record Decision
{
    private Decision()
    {
    }

    /// <summary>The decision for a job in a state that this version does not know: it stalls and never passes.</summary>
    /// <param name="job">The job, for people.</param>
    /// <param name="state">The service's own word.</param>
    /// <param name="after">Look again after this long.</param>
    public static Decision StallOn(string job, string state, TimeSpan after) => new Wait(
        Reasons.UnknownCloudState,
        $"{job} is in state '{state}', which this version of the operator does not know. Look at the job and upgrade the operator.",
        after,
        Stalled: true);

    /// <summary>Do this one effect, then look again.</summary>
    /// <param name="Effect">The effect.</param>
    public sealed record Do(Effect Effect) : Decision;

    /// <summary>Nothing to do until the world changes or the time has passed.</summary>
    /// <param name="Reason">One of <see cref="Reasons"/>.</param>
    /// <param name="Message">For people; no times and no counters, so that it only changes when the news does.</param>
    /// <param name="After">Look again after this long at the latest.</param>
    /// <param name="Stalled">Whether a person has to act.</param>
    public sealed record Wait(string Reason, string Message, TimeSpan After, bool Stalled = false) : Decision;

    /// <summary>The stage is done.</summary>
    /// <param name="Message">What was done, for the stage's condition.</param>
    public sealed record Done(string Message) : Decision;

    /// <summary>The attempt failed for a cause that another attempt may not meet.</summary>
    /// <param name="Reason">One of <see cref="Reasons"/>.</param>
    /// <param name="Message">For people.</param>
    public sealed record TryAgain(string Reason, string Message) : Decision;

    /// <summary>The run cannot succeed.</summary>
    /// <param name="Reason">One of <see cref="Reasons"/>.</param>
    /// <param name="Message">For people: what, on which object, why, what to do.</param>
    public sealed record Fail(string Reason, string Message) : Decision;
}

/// <summary>One change outside.</summary>
/// <param name="Action">What it is called in the audit record, such as <c>StartPrepareJob</c>.</param>
/// <param name="Target">What it is done to.</param>
/// <param name="ResultMustBeStored">Whether its result cannot be found again by name, so that it has to be in status
/// before anything else is done.</param>
public abstract record Effect(string Action, string Target, bool ResultMustBeStored = false);
