using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Tests.Fakes;

/// <summary>The runs that the tests go through again and again. Nothing in them depends on the number of steps.</summary>
internal static class Scenarios
{
    public static World Happy() => new();

    public static World OneRetry() => new()
    {
        PrepareOutcome = attempt => attempt == 1 ? new Outcome(JobState.Failed, "internal error") : new Outcome(JobState.Succeeded),
    };

    public static World FailedPreparation() => new() { PrepareOutcome = _ => new Outcome(JobState.Failed, "error BadTemplate", Ours: true) };

    public static World DryRun() => new(Samples.Run(spec => spec.DryRun = true));

    public static World Denied()
    {
        var world = new World();
        world.Api.Put(Samples.Checked(world.Clock.GetUtcNow(), granted: false));
        return world;
    }

    public static World SuspendAndResume() => TrainsUntilStopped()
        .When(Trains, w => w.Edit(r => r.Spec.Suspend = true))
        .When(w => w.Status.Phase is FineTuneRunPhase.Suspended, w => w.Edit(r => r.Spec.Suspend = false));

    /// <summary>The job of a phase succeeds, and before the operator looks at it somebody suspends the run.</summary>
    public static World SuspendedAsTheJobSucceeds(FineTuneRunPhase phase) => new World()
        .When(
            w => Running(w, phase),
            w =>
            {
                Succeed(w, phase);
                w.Edit(r => r.Spec.Suspend = true);
            })
        .When(w => w.Status.Phase is FineTuneRunPhase.Suspended, w => w.Edit(r => r.Spec.Suspend = false));

    public static World DeletedInTraining() => TrainsUntilStopped().When(Trains, w => w.Delete());

    public static World RevokedInTraining() => TrainsUntilStopped()
        .When(Trains, w => w.Api.Put(Samples.Checked(w.Clock.GetUtcNow(), granted: false)));

    /// <summary>The first training job runs for as long as it is let.</summary>
    private static World TrainsUntilStopped() => new() { TrainOutcome = attempt => new Outcome(attempt == 1 ? JobState.Running : JobState.Succeeded) };

    private static bool Running(World world, FineTuneRunPhase phase) => phase is FineTuneRunPhase.Training
        ? Trains(world)
        : world.Cloud.State.PrepareJobs.Any(j => j.State is JobState.Running);

    private static void Succeed(World world, FineTuneRunPhase phase) => world.Cloud.State = phase is FineTuneRunPhase.Training
        ? JobWork.Reach(world.Cloud.State, world.Cloud.State.TrainingJobs[^1], JobState.Succeeded, null, ours: false)
        : JobWork.Reach(world.Cloud.State, world.Cloud.State.PrepareJobs[^1], JobState.Succeeded, null, ours: false);

    /// <summary>Whether a training job runs.</summary>
    public static bool Trains(World world) => world.Cloud.State.TrainingJobs.Any(j => j.State is JobState.Running);
}
