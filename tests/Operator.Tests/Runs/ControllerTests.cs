using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs;
using GovernedFinetune.Operator.Tests.Fakes;
using k8s.Models;

namespace GovernedFinetune.Operator.Tests.Runs;

/// <summary>What the controller does around the passes.</summary>
public class ControllerTests
{
    private static Condition Ready(World world) => world.Status.Conditions!.Single(c => c.Type == ConditionTypes.Ready);

    [Fact]
    public async Task The_finalizer_is_there_before_anything_is_started()
    {
        using var world = new World();
        _ = await world.StepAsync();
        Assert.Equal("k8s:Patch finetuneruns", world.Cloud.Calls.Made[0]);
        Assert.Equal([FineTuneRunFinalizer.Identifier], world.Run!.Metadata.Finalizers);
    }

    [Fact]
    public async Task A_run_that_was_made_again_at_once_is_queued_when_its_deletion_is_told()
    {
        using var world = new World();
        var old = Samples.Run();
        old.Metadata.Uid = "another-uid";
        _ = await world.Process.Controller.DeletedAsync(old, CancellationToken.None);
        Assert.Equal(Samples.Uid, Assert.Single(world.Process.Queued).Metadata.Uid);
    }

    [Fact]
    public async Task A_run_that_is_gone_is_queued_no_more()
    {
        using var world = new World();
        var old = world.Run!;
        world.Api.Remove<FineTuneRun>("credit-risk", "risk-summariser");
        _ = await world.Process.Controller.DeletedAsync(old, CancellationToken.None);
        Assert.Empty(world.Process.Queued);
    }

    [Fact]
    public async Task A_finalizer_of_somebody_else_is_kept()
    {
        var run = Samples.Run();
        run.Metadata.Finalizers = ["example.com/other"];
        using var world = new World(run);
        _ = await world.StepAsync();
        Assert.Equal(["example.com/other", FineTuneRunFinalizer.Identifier], world.Run!.Metadata.Finalizers);
    }

    [Fact]
    public async Task An_edit_of_a_finished_run_is_observed_so_that_it_does_not_show_as_progressing_for_ever()
    {
        using var world = await new World().ToEndAsync();
        world.Edit(r => r.Spec.TtlAfterFinished = "720h");
        _ = await world.StepAsync();

        Assert.Equal(2, world.Status.ObservedGeneration);
        Assert.All(world.Status.Conditions!, c => Assert.Equal(2, c.ObservedGeneration));
        Assert.Equal(FineTuneRunPhase.Succeeded, world.Status.Phase);
    }

    [Fact]
    public async Task An_edit_of_a_suspended_run_is_observed()
    {
        using var world = new World(Samples.Run(s => s.Suspend = true));
        _ = await world.StepAsync();
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        _ = await world.StepAsync();
        Assert.Equal(FineTuneRunPhase.Suspended, world.Status.Phase);

        world.Edit(r => r.Spec.OnDelete = DeletionPolicy.Orphan);
        Assert.NotNull(await world.StepAsync());
        Assert.Equal((FineTuneRunPhase.Suspended, 2L), (world.Status.Phase, world.Status.ObservedGeneration));
    }

    [Fact]
    public async Task A_finished_run_is_deleted_when_its_time_to_live_is_over_and_not_before()
    {
        using var world = await new World(Samples.Run(s => s.TtlAfterFinished = "1h")).UntilAsync(w => w.Run?.Status?.FinishedAt is not null);
        world.Clock.Advance(TimeSpan.FromMinutes(59));
        var wake = await world.StepAsync();
        Assert.NotNull(world.Run);
        Assert.InRange(wake!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));

        world.Clock.Advance(TimeSpan.FromMinutes(2));
        _ = await world.StepAsync();
        Assert.NotNull(world.Run!.Metadata.DeletionTimestamp);
        _ = await world.StepAsync();
        Assert.Null(world.Run);
    }

    [Fact]
    public async Task A_new_run_of_the_same_name_outlives_the_time_to_live_of_the_old_one()
    {
        using var world = await new World(Samples.Run(s => s.TtlAfterFinished = "1h")).UntilAsync(w => w.Run?.Status?.FinishedAt is not null);
        var old = world.Run!;
        var fresh = Samples.Run();
        fresh.Metadata.Uid = "another-uid";
        world.Api.Put(fresh);

        world.Clock.Advance(TimeSpan.FromHours(2));
        _ = await world.Process.Controller.ReconcileAsync(old, CancellationToken.None);
        Assert.Equal(("another-uid", null), (world.Run!.Metadata.Uid, world.Run.Metadata.DeletionTimestamp));
    }

    [Fact]
    public async Task A_run_of_an_unknown_profile_stalls_with_the_names_that_there_are_and_is_looked_at_again()
    {
        using var world = new World(Samples.Run(s => s.Profile = "prod"));
        Assert.Equal(TimeSpan.FromMinutes(1), await world.StepAsync());
        Assert.Equal((FineTuneRunPhase.Pending, Reasons.ProfileNotFound), (world.Status.Phase, Ready(world).Reason));
        Assert.Contains("'prod'; it has default", Ready(world).Message, StringComparison.Ordinal);
        Assert.Contains(world.Status.Conditions!, c => c.Type == ConditionTypes.Stalled);
    }

    [Fact]
    public async Task A_profile_that_goes_and_comes_back_does_not_change_what_the_run_was_stopped_for()
    {
        using var world = Scenarios.RevokedInTraining();
        _ = await world.UntilAsync(w => w.Run!.Status?.Phase is FineTuneRunPhase.Stopping);

        using (var without = new OperatorProcess(world.Cloud, world.Api, world.Clock, (_, _) => { }, new ProfileSet([Samples.Profile with { Name = "other" }])))
        {
            _ = await without.Controller.ReconcileAsync(world.Run!, CancellationToken.None);
        }

        Assert.Equal((FineTuneRunPhase.Stopping, Reasons.GrantRevoked), (world.Status.Phase, Ready(world).Reason));
        Assert.Equal(Reasons.ProfileNotFound, world.Status.Conditions!.Single(c => c.Type == ConditionTypes.Stalled).Reason);

        _ = await world.ToEndAsync();
        Assert.Equal((FineTuneRunPhase.Stopped, Reasons.GrantRevoked), (world.Status.Phase, Ready(world).Reason));
    }

    [Fact]
    public async Task Waits_after_failures_in_a_row_grow_and_a_wake_up_in_between_does_not_reset_them()
    {
        using var world = new World();
        world.Cloud.Calls.Fault = new Fault(
            (_, name) => name == "emr:StartJobRun", FaultPoint.BeforeSend, _ => OperatorException.Transient(Reasons.ServiceUnavailable, "503"));
        var waits = new List<TimeSpan>();
        while (waits.Count < 10)
        {
            // An intent that has grown old is made anew first, which takes no time.
            var wake = (await world.StepAsync())!.Value;
            if (wake >= TimeSpan.FromSeconds(1))
            {
                waits.Add(wake);
                Assert.True(await world.StepAsync() <= wake, "Woken early, the run rests until its next try is due.");
            }

            world.Clock.Advance(wake);
            world.Api.Put(Samples.Checked(world.Clock.GetUtcNow()));
        }

        for (var failure = 1; failure <= waits.Count; failure++)
        {
            Assert.InRange(waits[failure - 1], Backoff.After(failure, 0), Backoff.After(failure, 1));
        }
    }

    [Fact]
    public async Task What_a_service_asks_for_is_waited_for_and_no_attempt_is_counted()
    {
        using var world = new World();
        world.Cloud.Calls.Fault = new Fault(
            (_, name) => name == "emr:StartJobRun", FaultPoint.BeforeSend, _ => OperatorException.Waiting(Reasons.QuotaExceeded, "vCPU quota", TimeSpan.FromMinutes(7)));
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 10; i++)
        {
            // Between two starts the intent is made anew, which takes no time.
            var wait = (await world.StepAsync())!.Value;
            waits.Add(wait);
            world.Clock.Advance(wait);
            world.Api.Put(Samples.Checked(world.Clock.GetUtcNow()));
        }

        Assert.Equal(5, waits.Count(w => w == TimeSpan.FromMinutes(7)));
        Assert.All(waits, w => Assert.True(w == TimeSpan.FromMinutes(7) || w < TimeSpan.FromSeconds(1)));
        Assert.Equal((1, Reasons.QuotaExceeded), (world.Status.Attempt, world.Stored[^2].Conditions!.Single(c => c.Type == ConditionTypes.Ready).Reason));
    }

    [Fact]
    public async Task A_terminal_failure_ends_the_run_with_its_reason_after_its_job_was_stopped()
    {
        using var world = new World();
        world.Cloud.Calls.Fault = new Fault(
            (_, name) => name == "sagemaker:CreateTrainingJob",
            FaultPoint.BeforeSend,
            _ => OperatorException.Terminal(Reasons.RequestRejected, "the role cannot be assumed"));
        _ = await world.ToEndAsync();
        Assert.Equal((FineTuneRunPhase.Failed, Reasons.RequestRejected), (world.Status.Phase, Ready(world).Reason));
        Assert.Contains("the role cannot be assumed", Ready(world).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_outcome_that_cannot_be_recorded_for_an_hour_starts_nothing_anew()
    {
        using var world = Scenarios.FailedPreparation();
        world.Cloud.Calls.Fault = new Fault(
            (_, name) => name == "s3:PutNew 00000002.json" && world.Clock.GetUtcNow() < Samples.Start.AddHours(1),
            FaultPoint.BeforeSend,
            _ => OperatorException.Waiting(Reasons.Throttled, "503 SlowDown", TimeSpan.FromMinutes(5)));
        _ = await world.ToEndAsync();
        Assert.Equal((FineTuneRunPhase.Failed, Reasons.JobFailed), (world.Status.Phase, Ready(world).Reason));
        Assert.Equal(1, world.Cloud.Calls.Count("emr:StartJobRun"));
    }

    [Fact]
    public async Task A_stop_that_is_refused_stalls_the_run_and_what_it_was_stopped_for_is_kept()
    {
        using var world = Scenarios.SuspendAndResume();
        world.Cloud.Calls.Fault = new Fault(
            (_, name) => name == "sagemaker:StopTrainingJob" && world.Clock.GetUtcNow() < Samples.Start.AddHours(1),
            FaultPoint.BeforeSend,
            _ => OperatorException.Terminal(Reasons.AccessDenied, "sagemaker:StopTrainingJob is denied"));
        _ = await world.UntilAsync(w => w.Run!.Status?.Conditions?.Any(c => c.Type == ConditionTypes.Stalled) == true);

        Assert.Equal((FineTuneRunPhase.Stopping, Reasons.Suspended), (world.Status.Phase, Ready(world).Reason));
        Assert.Contains("StopTrainingJob is denied", world.Status.Conditions!.Single(c => c.Type == ConditionTypes.Stalled).Message, StringComparison.Ordinal);

        world.Clock.SetUtcNow(Samples.Start.AddHours(1));
        world.Api.Put(Samples.Checked(world.Clock.GetUtcNow()));
        _ = await world.ToEndAsync();
        Assert.Equal(FineTuneRunPhase.Succeeded, world.Status.Phase);
    }

    [Fact]
    public async Task An_unexpected_exception_is_told_by_its_type_only_and_the_run_goes_on()
    {
        using var world = new World();
        var left = 2;
        world.Cloud.Calls.Fault = new Fault(
            (_, name) => name == "storage:Pin" && left-- > 0, FaultPoint.BeforeSend, _ => new InvalidOperationException("client_secret=hunter2"));
        _ = await world.StepAsync();
        Assert.Contains("InvalidOperationException", Ready(world).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", Ready(world).Message, StringComparison.Ordinal);
        _ = await world.ToEndAsync();
        Assert.Equal(FineTuneRunPhase.Succeeded, world.Status.Phase);
    }

    [Fact]
    public async Task A_status_that_somebody_else_wrote_is_not_overwritten()
    {
        using var world = new World();
        _ = await world.StepAsync();
        var stale = world.Run!;
        _ = await world.ToEndAsync();
        var before = world.Status;

        _ = await world.Process.Controller.ReconcileAsync(stale, CancellationToken.None);
        Assert.Equal(before.Phase, world.Status.Phase);
        Assert.Equal(before.Audit, world.Status.Audit);
        Assert.Single(world.Cloud.State.TrainingJobs);
    }

    [Fact]
    public async Task A_run_that_is_gone_before_its_status_is_stored_is_left_alone()
    {
        using var world = new World();
        _ = await world.StepAsync();
        var gone = world.Run!;
        world.Api.Remove<FineTuneRun>(gone.Namespace(), gone.Name());
        world.Pass(TimeSpan.FromSeconds(20));
        var result = await world.Process.Controller.ReconcileAsync(gone, CancellationToken.None);
        Assert.Null(result.RequeueAfter);
    }
}
