using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Status;

namespace GovernedFinetune.Operator.Runs;

/// <summary>How long a finished run is kept.</summary>
public static class Retention
{
    /// <summary>What is left of a run's <c>ttlAfterFinished</c>, negative when it is over; null when the run is kept for good, or
    /// is not finished.</summary>
    public static TimeSpan? Left(FineTuneRun run, DateTimeOffset now) =>
        KubernetesDuration.TryParse(run.Spec.TtlAfterFinished, out var ttl) && Times.Moment(run.Status?.FinishedAt) is { } finished
            ? finished + ttl - now
            : null;

    /// <summary>Whether there is something to do about a run: it is under way, being deleted, has changed since it was looked
    /// at, or has been kept long enough. Finished runs are most of all, and need nothing.</summary>
    public static bool NeedsLooking(FineTuneRun run, DateTimeOffset now) =>
        !RunSummary.IsTerminal(run.Status?.Phase)
        || run.Metadata.DeletionTimestamp is not null
        || run.Status?.ObservedGeneration != run.Metadata.Generation
        || Left(run, now) <= TimeSpan.Zero;
}
