using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Tests.Fakes;

namespace GovernedFinetune.Operator.Tests.Runs;

/// <summary>A deleted run goes when its jobs were seen to have ended, and by no other way than the two that are audited.</summary>
public class FinalizerTests
{
    private static async Task<World> TrainingAsync(Action<FineTuneRunSpec>? change = null)
    {
        var world = new World(Samples.Run(change)) { TrainOutcome = _ => new Outcome(JobState.Running) };
        return await world.UntilAsync(w => Scenarios.Trains(w) && w.Status.Training?.Arn is not null);
    }

    private static Condition Ready(World world) => world.Status.Conditions!.Single(c => c.Type == ConditionTypes.Ready);

    private static Fault Deny(string call) => new(
        (_, name) => name.StartsWith(call, StringComparison.Ordinal), FaultPoint.BeforeSend, _ => OperatorException.Terminal(Reasons.AccessDenied, $"{call} is denied"));

    [Fact]
    public async Task While_the_job_stops_the_run_stays_and_says_so()
    {
        using var world = await TrainingAsync();
        world.Delete();
        Assert.NotNull(await world.StepAsync());
        Assert.Equal((FineTuneRunPhase.Stopping, Reasons.Stopping), (world.Status.Phase, Ready(world).Reason));
        Assert.Equal(JobState.Stopping, world.Cloud.State.TrainingJobs.Single().State);
    }

    [Fact]
    public async Task A_stop_that_is_refused_keeps_the_run_and_names_the_way_round()
    {
        using var world = await TrainingAsync();
        world.Delete();
        world.Cloud.Calls.Fault = Deny("sagemaker:StopTrainingJob");
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 6; i++)
        {
            waits.Add((await world.StepAsync())!.Value);
        }

        Assert.NotNull(world.Run);
        Assert.Contains("sagemaker:StopTrainingJob is denied", Ready(world).Message, StringComparison.Ordinal);
        Assert.Contains($"{FineTuneRunFinalizer.BreakGlass}=true", Ready(world).Message, StringComparison.Ordinal);
        Assert.Contains(world.Status.Conditions!, c => c.Type == ConditionTypes.Stalled);
        Assert.True(waits[^1] > waits[0], "A refusal is not asked about every two seconds.");
    }

    [Fact]
    public async Task With_onDelete_Orphan_the_job_goes_on_and_the_record_says_so()
    {
        using var world = await TrainingAsync(s => s.OnDelete = DeletionPolicy.Orphan);
        world.Delete();
        _ = await world.StepAsync();
        Assert.Null(world.Run);
        Assert.Equal(JobState.Running, world.Cloud.State.TrainingJobs.Single().State);
        Assert.Equal("Outcome Deleted Orphaned a1", AuditFiles.Summary(world.Cloud.State)[^1]);
    }

    [Fact]
    public async Task An_orphan_is_not_let_go_without_its_record()
    {
        using var world = await TrainingAsync(s => s.OnDelete = DeletionPolicy.Orphan);
        world.Delete();
        world.Cloud.Calls.Fault = Deny("s3:PutNew");
        Assert.NotNull(await world.StepAsync());
        Assert.NotNull(world.Run);
        Assert.Contains("s3:PutNew is denied", Ready(world).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_broken_glass_lets_the_run_go_with_a_record_where_one_can_be_written()
    {
        using var world = await TrainingAsync();
        world.Edit(r => r.Metadata.Annotations = new Dictionary<string, string> { [FineTuneRunFinalizer.BreakGlass] = "true" });
        world.Delete();
        _ = await world.StepAsync();
        Assert.Null(world.Run);
        Assert.Equal("Outcome Deleted Orphaned a1", AuditFiles.Summary(world.Cloud.State)[^1]);
    }

    [Fact]
    public async Task The_broken_glass_lets_the_run_go_even_when_no_service_answers()
    {
        using var world = await TrainingAsync();
        world.Edit(r => r.Metadata.Annotations = new Dictionary<string, string> { [FineTuneRunFinalizer.BreakGlass] = "true" });
        world.Delete();
        world.Cloud.Calls.Fault = new Fault(
            (_, name) => !name.StartsWith("k8s:", StringComparison.Ordinal), FaultPoint.BeforeSend, _ => OperatorException.Transient(Reasons.ServiceUnavailable, "away"));
        _ = await world.StepAsync();
        Assert.Null(world.Run);
    }

    [Fact]
    public async Task Any_other_value_of_the_annotation_breaks_nothing()
    {
        using var world = await TrainingAsync();
        world.Edit(r => r.Metadata.Annotations = new Dictionary<string, string> { [FineTuneRunFinalizer.BreakGlass] = "yes" });
        world.Delete();
        _ = await world.StepAsync();
        Assert.NotNull(world.Run);
    }

    [Fact]
    public async Task Without_its_profile_a_finished_run_goes_and_one_under_way_waits_for_it()
    {
        var none = new ProfileSet([Samples.Profile with { Name = "other" }]);
        using var finished = await new World().ToEndAsync();
        using (var process = new OperatorProcess(finished.Cloud, finished.Api, finished.Clock, (_, _) => { }, none))
        {
            finished.Delete();
            Assert.True((await process.Finalizer.FinalizeAsync(finished.Run!, CancellationToken.None)).IsSuccess);
        }

        using var training = await TrainingAsync();
        using (var process = new OperatorProcess(training.Cloud, training.Api, training.Clock, (_, _) => { }, none))
        {
            training.Delete();
            var result = await process.Finalizer.FinalizeAsync(training.Run!, CancellationToken.None);
            Assert.False(result.IsSuccess);
            Assert.NotNull(result.RequeueAfter);
            Assert.Contains("'default'", result.ErrorMessage, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_run_that_was_never_taken_up_goes_at_once_and_leaves_no_record()
    {
        using var world = new World();
        world.Delete();
        _ = await world.StepAsync();
        Assert.Null(world.Run);
        Assert.Empty(AuditFiles.Summary(world.Cloud.State));
    }

    /// <summary>The start went out late, and its answer was lost: the list does not show the job yet.</summary>
    [Fact]
    public async Task A_job_whose_start_got_lost_is_found_and_stopped_however_late_it_was_sent()
    {
        using var world = new World { GrantIsKeptFresh = false, PrepareOutcome = _ => new Outcome(JobState.Running) };
        _ = await world.StepAsync(() => world.Process.Kill(), "k8s:PatchStatus", FaultPoint.AnswerLost);
        Assert.Equal(FineTuneRunPhase.Preprocessing, world.Status.Phase);

        // The intent is stored; the operator is away for a quarter of an hour, starts the job and is killed.
        world.Clock.Advance(TimeSpan.FromMinutes(15));
        world.Api.Put(Samples.Checked(world.Clock.GetUtcNow()));
        for (var i = 0; i < 3 && world.Cloud.State.PrepareJobs.IsEmpty; i++)
        {
            _ = await world.StepAsync(() => world.Process.Kill(), "emr:StartJobRun", FaultPoint.AnswerLost);
        }

        Assert.Single(world.Cloud.State.PrepareJobs);
        Assert.Null(world.Status.Preprocessing!.JobRunId);

        world.Delete();
        _ = await world.StepAsync();
        Assert.NotNull(world.Run);
        _ = await world.ToEndAsync();
        Assert.Null(world.Run);
        Assert.Equal(JobState.Stopped, world.Cloud.State.PrepareJobs.Single().State);
    }
}
