using System.Globalization;
using System.Text;
using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Runs;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Runs.Stages;
using GovernedFinetune.Operator.Status;
using GovernedFinetune.Operator.Tests.Fakes;

namespace GovernedFinetune.Operator.Tests.Runs.Walk;

/// <summary>What the grant controller has found.</summary>
internal enum GrantMode
{
    /// <summary>Checked just now, and good.</summary>
    Good,

    /// <summary>Checked just now, and a privilege is missing.</summary>
    Denied,

    /// <summary>Good an hour ago; the catalog is away since.</summary>
    Stale,

    /// <summary>Deleted.</summary>
    Gone,
}

/// <summary>
/// One state of everything: what is stored in the cluster and what is there in the cloud. Moments are left out of its
/// identity where only their order matters, so the walk ends.
/// </summary>
internal sealed record Node(FineTuneRun Run, GrantMode Grant, CloudState Cloud, DateTimeOffset Now)
{
    /// <summary>When the operator wants to look again; null when it does not.</summary>
    public TimeSpan? Wake { get; init; } = TimeSpan.Zero;

    /// <summary>Whether the finalizer has come off.</summary>
    public bool Released { get; init; }

    /// <summary>How often people and the grant have changed their mind: bounded, or the walk would not end.</summary>
    public int Changes { get; init; }

    /// <summary>How often the run was suspended.</summary>
    public int Suspensions { get; init; }

    /// <summary>Whether the operator was killed on the way here.</summary>
    public bool Killed { get; init; }

    /// <summary>Whether somebody else stopped a job of the run.</summary>
    public bool Meddled { get; init; }

    public FineTuneRunStatus Status => Run.Status;

    public bool Deleting => Run.Metadata.DeletionTimestamp is not null;

    public bool HasEnded => Released || (RunSummary.IsTerminal(Status.Phase) && !Deleting);

    public string Key()
    {
        if (HasEnded)
        {
            return FormattableString.Invariant($"{Status.Phase} {Released} {Conditions.Find(Status.Conditions, ConditionTypes.Ready)?.Reason}");
        }

        var text = new StringBuilder();
        _ = text.Append(CultureInfo.InvariantCulture, $"{Status.Phase} a{Status.Attempt} r{Status.Retries} {Killed} {Meddled} ");
        _ = Deleting ? text.Append("deleting|") : text.Append(CultureInfo.InvariantCulture, $"{Run.Spec.Suspend} {Grant} {Changes} {Suspensions}|");
        foreach (var condition in Status.Conditions ?? [])
        {
            _ = text.Append(CultureInfo.InvariantCulture, $"{condition.Type}={condition.Status}/{condition.Reason} ");
        }

        var prepare = Conditions.IsTrue(Status.Conditions, ConditionTypes.DatasetPrepared) ? null : Status.Preprocessing;
        var training = Conditions.IsTrue(Status.Conditions, ConditionTypes.ModelTrained) ? null : Status.Training;
        _ = text.Append(CultureInfo.InvariantCulture, $"|{prepare?.JobRunId is null} {prepare?.State} {Age(prepare)} {training?.JobName} {training?.State}");
        _ = text.Append(CultureInfo.InvariantCulture, $"|{Status.Registration?.Version} {Status.Registration?.Digest} {Status.Lineage?.RecordedAt is null}");
        _ = text.Append(CultureInfo.InvariantCulture, $"|{Times.Moment(Status.NextAttemptAt) > Now}|");
        // A job that has ended in an earlier attempt, or whose stage is done, is history: nothing looks at it any more.
        foreach (var job in Cloud.PrepareJobs.Where(j => !j.State.IsTerminal() || IsCurrent(j.Request.Name, StageNames.Prepare, ConditionTypes.DatasetPrepared)))
        {
            var age = prepare is { JobRunId: null } ? Bucket(Now - job.CreatedAt) : 0;
            _ = text.Append(CultureInfo.InvariantCulture, $"{job.Request.Name} {job.State} {job.Ours} {age} ");
        }

        foreach (var job in Cloud.TrainingJobs.Where(j => !j.State.IsTerminal() || IsCurrent(j.Request.Name, StageNames.Train, ConditionTypes.ModelTrained)))
        {
            _ = text.Append(CultureInfo.InvariantCulture, $"{job.Request.Name} {job.State} {job.Ours} ");
        }

        foreach (var version in Cloud.ModelVersions)
        {
            _ = text.Append(CultureInfo.InvariantCulture, $"{version.State} {version.Aliases.Count} ");
        }

        return text.Append(CultureInfo.InvariantCulture, $"{Cloud.Tables.Count} {Cloud.Edges.Count}").ToString();
    }

    private bool IsCurrent(string job, string stage, string done) =>
        !Conditions.IsTrue(Status.Conditions, done) && job == RunNames.Job(Seen.Id, stage, Status.Attempt ?? 1);

    /// <summary>While the job's id is unknown, the age of the intent matters.</summary>
    private int Age(PreprocessingStatus? prepare) =>
        prepare is { JobRunId: null } ? Bucket(Now - Times.Moment(prepare.StartedAt)!.Value) : 0;

    private static int Bucket(TimeSpan age) => age.TotalSeconds switch
    {
        < 30 => 1,
        <= 60 => 2,
        <= 120 => 3,
        < 600 => 4,
        _ => 5,
    };
}
