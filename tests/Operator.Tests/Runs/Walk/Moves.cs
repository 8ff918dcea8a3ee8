using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Tests.Fakes;
using k8s.Models;

namespace GovernedFinetune.Operator.Tests.Runs.Walk;

/// <summary>What can happen between two reconciliations: jobs move, people edit and delete, the grant is lost or found.</summary>
internal static class Moves
{
    /// <summary>At most so many changes of mind on a way.</summary>
    public const int MaxChanges = 1;

    /// <summary>At most so many suspensions on a way.</summary>
    public const int MaxSuspensions = 1;

    /// <summary>Of a run that is being deleted only the jobs still matter.</summary>
    public static IEnumerable<(string Name, Node After)> Of(Node node) => node.Deleting ? Jobs(node) : Jobs(node).Concat(People(node));

    private static IEnumerable<(string Name, Node After)> Jobs(Node node)
    {
        foreach (var job in node.Cloud.PrepareJobs.Where(j => !j.State.IsTerminal()))
        {
            foreach (var (state, ours) in Next(job.State))
            {
                yield return ($"{job.Request.Name} is {state}", node with { Cloud = JobWork.Reach(node.Cloud, job, state, "details", ours), Wake = TimeSpan.Zero, Meddled = node.Meddled || Meddles(job.State, state) });
            }
        }

        foreach (var job in node.Cloud.TrainingJobs.Where(j => !j.State.IsTerminal()))
        {
            foreach (var (state, ours) in Next(job.State))
            {
                yield return ($"{job.Request.Name} is {state}", node with { Cloud = JobWork.Reach(node.Cloud, job, state, "details", ours), Wake = TimeSpan.Zero, Meddled = node.Meddled || Meddles(job.State, state) });
            }
        }
    }

    private static bool Meddles(JobState before, JobState after) => after is JobState.Stopped && before is not JobState.Stopping;

    private static IEnumerable<(JobState State, bool Ours)> Next(JobState state) => state switch
    {
        JobState.Pending => [(JobState.Running, false), (JobState.Failed, false)],
        JobState.Stopping => [(JobState.Stopped, false), (JobState.Succeeded, false)],
        JobState.Unknown => [(JobState.Running, false)],

        // A time-out goes the way of a failure of the job's own.
        _ => [(JobState.Succeeded, false), (JobState.Failed, true), (JobState.Failed, false), (JobState.Stopped, false), (JobState.Unknown, false)],
    };

    private static IEnumerable<(string Name, Node After)> People(Node node)
    {
        if (node.Run.Spec.Suspend)
        {
            yield return ("resume", Edit(node, suspend: false));
        }
        else if (node.Suspensions < MaxSuspensions)
        {
            yield return ("suspend", Edit(node, suspend: true) with { Suspensions = node.Suspensions + 1 });
        }

        if (node.Grant is not GrantMode.Good)
        {
            yield return ("the grant is good", node with { Grant = GrantMode.Good, Wake = TimeSpan.Zero });
        }
        else if (node.Changes < MaxChanges)
        {
            foreach (var mode in new[] { GrantMode.Denied, GrantMode.Stale, GrantMode.Gone })
            {
                yield return ($"the grant is {mode}", node with { Grant = mode, Changes = node.Changes + 1, Wake = TimeSpan.Zero });
            }
        }

        yield return ("delete", node with { Run = With(node.Run, node.Run.Spec, deleted: true), Wake = TimeSpan.Zero });
    }

    private static Node Edit(Node node, bool suspend) =>
        node with { Run = With(node.Run, node.Run.Spec with { Suspend = suspend }, deleted: false), Wake = TimeSpan.Zero };

    private static FineTuneRun With(FineTuneRun run, FineTuneRunSpec spec, bool deleted) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = run.Metadata.Name,
            NamespaceProperty = run.Metadata.NamespaceProperty,
            Uid = run.Metadata.Uid,
            Generation = run.Metadata.Generation + 1,
            DeletionTimestamp = deleted ? Samples.Start.UtcDateTime : null,
        },
        Spec = spec,
        Status = run.Status,
    };
}
