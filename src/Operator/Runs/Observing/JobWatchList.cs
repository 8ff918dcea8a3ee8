using System.Collections.Concurrent;
using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Leadership;

namespace GovernedFinetune.Operator.Runs.Observing;

/// <summary>A job whose run rests until the job moves.</summary>
/// <param name="Run">The run, for the queue: its identity is what counts.</param>
/// <param name="Profile">The run's profile.</param>
/// <param name="PrepareJobRunId">The preparation job, while that is under way.</param>
/// <param name="TrainingJobName">The training job, while that is under way.</param>
/// <param name="LastSeen">The state that the run has seen.</param>
public sealed record WatchedJob(FineTuneRun Run, string Profile, string? PrepareJobRunId, string? TrainingJobName, string LastSeen);

/// <summary>The jobs that are under way, by run. Runs put themselves on it when they rest and off it when they move on.</summary>
public sealed class JobWatchList : ITermMemory
{
    private readonly ConcurrentDictionary<string, WatchedJob> _byUid = new(StringComparer.Ordinal);

    /// <summary>Every watched job of a profile.</summary>
    public IReadOnlyList<WatchedJob> Of(string profile) => [.. _byUid.Values.Where(w => w.Profile == profile)];

    /// <summary>Puts a resting run on the list, or takes it off when it has no job under way.</summary>
    public void Update(RunScope scope)
    {
        var (status, uid) = (scope.Status, scope.Id.Uid);
        var watched = status.Phase switch
        {
            FineTuneRunPhase.Preprocessing when status.Preprocessing is { JobRunId: { } id } prepare =>
                new WatchedJob(scope.Run, scope.Profile.Name, id, null, prepare.State ?? ""),
            FineTuneRunPhase.Training when status.Training is { JobName: { } name, Arn: not null } train =>
                new WatchedJob(scope.Run, scope.Profile.Name, null, name, $"{train.State}/{train.SecondaryState}"),
            _ => null,
        };
        if (watched is null)
        {
            Forget(uid);
        }
        else
        {
            _byUid[uid] = watched;
        }
    }

    /// <inheritdoc />
    public void Forget() => _byUid.Clear();

    /// <summary>Takes a run off the list.</summary>
    public void Forget(string uid) => _byUid.TryRemove(uid, out _);
}
