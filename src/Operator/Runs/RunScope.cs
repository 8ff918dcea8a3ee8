using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Runs;

/// <summary>Everything that a pass over one run needs, fetched once.</summary>
/// <param name="Run">The run as the API server gave it. Its status is the base that a write is compared with.</param>
/// <param name="Status">The status that the pass works on.</param>
/// <param name="Profile">The run's profile.</param>
/// <param name="Services">The outside world of that profile.</param>
/// <param name="Grant">The grant that the run names; null when there is none.</param>
public sealed record RunScope(
    FineTuneRun Run,
    FineTuneRunStatus Status,
    Profile Profile,
    RunServices Services,
    DatasetGrant? Grant)
{
    /// <summary>Which run it is.</summary>
    public RunIdentity Id { get; } = RunIdentity.Of(Run);

    /// <summary>What the calls of this reconciliation have answered.</summary>
    public RunMemory Memory { get; } = new();

    /// <summary>What happened in this pass that is worth an event.</summary>
    public List<RunEvent> Events { get; } = [];

    /// <summary>The run's spec.</summary>
    public FineTuneRunSpec Spec => Run.Spec;

    /// <summary>The attempt under way; the first is 1.</summary>
    public int Attempt => Status.Attempt ?? 1;

    /// <summary>The folder of one stage of this attempt.</summary>
    public S3Location Folder(string stage, int attempt) => RunNames.Folder(Profile.Storage.Artifacts, Id, stage, attempt);

    /// <summary>What a pure decision may look at.</summary>
    public RunFacts Facts(DateTimeOffset now) => new(Id, Spec, Status, now);
}

/// <summary>What a decision may look at, besides what its stage observed.</summary>
/// <param name="Id">Which run it is.</param>
/// <param name="Spec">What is asked for.</param>
/// <param name="Status">What is known.</param>
/// <param name="Now">The time of the pass.</param>
public sealed record RunFacts(RunIdentity Id, FineTuneRunSpec Spec, FineTuneRunStatus Status, DateTimeOffset Now);
