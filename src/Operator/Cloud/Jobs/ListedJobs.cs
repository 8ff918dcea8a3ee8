using System.Collections.Concurrent;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Cloud.Jobs;

/// <summary>The jobs of an account that were under way when they were last listed. It holds no more than are under way.</summary>
/// <param name="clock">The time.</param>
internal sealed class ListedJobs(TimeProvider clock)
{
    /// <summary>Without a list for this long, nothing is known any more: a job may have ended unseen.</summary>
    private static readonly TimeSpan Lasts = TimeSpan.FromMinutes(2);

    private long _learnedAt;
    private volatile ConcurrentDictionary<string, TrainingJob> _underWay = new(StringComparer.Ordinal);

    /// <summary>The job as it was listed last; null when it was not, or had ended, or that was too long ago.</summary>
    public TrainingJob? Find(string name) => clock.GetElapsedTime(Interlocked.Read(ref _learnedAt)) <= Lasts ? _underWay.GetValueOrDefault(name) : null;

    /// <summary>Takes in a list.</summary>
    /// <param name="jobs">Its jobs. One that moved while the pages were read is there twice, and is then not known.</param>
    /// <param name="whole">Whether all that are under way are in it.</param>
    public void Learn(IReadOnlyList<TrainingJob> jobs, bool whole)
    {
        var known = whole ? new ConcurrentDictionary<string, TrainingJob>(StringComparer.Ordinal) : _underWay;
        foreach (var group in jobs.GroupBy(job => job.Name, StringComparer.Ordinal))
        {
            if (group.Count() == 1 && group.Single() is { State: JobState.Pending or JobState.Running or JobState.Stopping } job)
            {
                known[job.Name] = job;
            }
            else
            {
                _ = known.TryRemove(group.Key, out _);
            }
        }

        _underWay = known;
        Interlocked.Exchange(ref _learnedAt, clock.GetTimestamp());
    }
}
