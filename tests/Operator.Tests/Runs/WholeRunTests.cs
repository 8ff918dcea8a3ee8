using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Tests.Fakes;

namespace GovernedFinetune.Operator.Tests.Runs;

/// <summary>Whole runs through the real controller and finalizer, and what they leave behind.</summary>
public class WholeRunTests
{
    [Fact]
    public async Task A_run_goes_from_applied_to_succeeded_and_leaves_model_lineage_and_audit_behind()
    {
        using var world = await new World().ToEndAsync();

        Assert.Equal(FineTuneRunPhase.Succeeded, world.Status.Phase);
        Assert.Single(world.Cloud.State.PrepareJobs);
        Assert.Single(world.Cloud.State.TrainingJobs);
        var version = Assert.Single(world.Cloud.State.ModelVersions);
        Assert.Equal((ModelVersionState.Ready, Samples.Uid), (version.State, version.RunId));
        Assert.Equal(["candidate"], version.Aliases);
        Assert.Equal((2, 4), (world.Cloud.State.ExternalObjects.Count, world.Cloud.State.Edges.Count));
        Assert.Equal(
            [
                FineTuneRunPhase.Preprocessing, FineTuneRunPhase.Training, FineTuneRunPhase.Registering, FineTuneRunPhase.RecordingLineage, FineTuneRunPhase.Succeeded,
            ],
            world.Stored.Select(s => s.Phase!.Value).Distinct());

        var name = world.Status.Training!.JobName;
        Assert.Equal(
            [
                $"Effect StartPrepareJob {world.Cloud.State.PrepareJobs[0].Request.Name} a1",
                $"Effect CreateOutputTable {Samples.Prepared} a1",
                $"Effect CreateTrainingJob {name} a1",
                $"Effect CreateModelVersion {Samples.Model} a1",
                $"Effect UploadModelFiles {Samples.Model}/1 a1",
                $"Effect FinalizeModelVersion {Samples.Model}/1 a1",
                $"Effect SetModelAlias {Samples.Model}@candidate a1",
                $"Effect DeliverLineage {Samples.Model}/1 a1",
                "Outcome Succeeded Succeeded a1",
            ],
            AuditFiles.Summary(world.Cloud.State));
        var verification = await AuditFiles.VerifyAsync(world.Cloud.State, world.Status.Audit!.HeadDigest);
        Assert.Equal((null, 9L, 9L), (verification.Problem, verification.Lines, world.Status.Audit.Entries!.Value));
    }

    [Fact]
    public async Task The_model_version_says_where_it_comes_from()
    {
        using var world = await new World().ToEndAsync();

        var tags = Assert.Single(world.Cloud.State.Tags).Value;
        Assert.Equal(Samples.Uid, tags["governedfinetune.run_uid"]);
        Assert.Equal((Samples.Source, "sha256:9c1d"), (tags["governedfinetune.source_table"], tags["governedfinetune.source_version"]));
        Assert.Equal((Samples.Prepared, "1"), (tags["governedfinetune.prepared_table"], tags["governedfinetune.prepared_version"]));
        Assert.Equal(("builtin/char-lm", "1"), (tags["governedfinetune.base_model"], tags["governedfinetune.base_revision"]));
        Assert.Equal(("sha256:c0de", "sha256:7ea1"), (tags["governedfinetune.prepare_code"], tags["governedfinetune.train_code"]));
        var verification = await AuditFiles.VerifyAsync(world.Cloud.State, tags["governedfinetune.audit_head"]);
        Assert.Null(verification.Problem);
    }

    [Fact]
    public async Task A_job_that_the_service_lost_is_tried_again_in_a_new_attempt()
    {
        using var world = new World { TrainOutcome = attempt => attempt == 1 ? new Outcome(JobState.Failed, "CapacityError") : new Outcome(JobState.Succeeded) };
        _ = await world.ToEndAsync();

        Assert.Equal((FineTuneRunPhase.Succeeded, 2), (world.Status.Phase, world.Status.Attempt));
        Assert.Equal([JobState.Failed, JobState.Succeeded], world.Cloud.State.TrainingJobs.Select(j => j.State));
        Assert.Single(world.Cloud.State.PrepareJobs);
        Assert.Single(world.Cloud.State.ModelVersions);
        Assert.Contains(world.Events, e => e.Reason == Reasons.RetryScheduled && e.Message.Contains("CapacityError", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_job_that_the_service_loses_every_time_ends_the_run_after_the_last_attempt()
    {
        using var world = new World { TrainOutcome = _ => new Outcome(JobState.Failed, "CapacityError") };
        _ = await world.ToEndAsync();

        Assert.Equal((FineTuneRunPhase.Failed, 3), (world.Status.Phase, world.Cloud.State.TrainingJobs.Count));
        var ready = world.Status.Conditions!.Single(c => c.Type == ConditionTypes.Ready);
        Assert.Equal(Reasons.RetriesExhausted, ready.Reason);
        Assert.Contains("CapacityError", ready.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_failed_by_its_own_code_is_not_tried_again_and_its_last_words_are_in_the_status()
    {
        using var world = new World { PrepareOutcome = _ => new Outcome(JobState.Failed, "error SourceChanged: part-0.json differs", Ours: true) };
        _ = await world.ToEndAsync();

        Assert.Equal((FineTuneRunPhase.Failed, 1), (world.Status.Phase, world.Cloud.State.PrepareJobs.Count));
        Assert.Empty(world.Cloud.State.TrainingJobs);
        Assert.Contains("part-0.json differs", world.Status.Conditions!.Single(c => c.Type == ConditionTypes.Ready).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Suspend_stops_the_job_and_resume_goes_on_in_a_new_attempt()
    {
        using var world = Scenarios.SuspendAndResume();
        _ = await world.ToEndAsync();

        Assert.Equal((FineTuneRunPhase.Succeeded, 2), (world.Status.Phase, world.Status.Attempt));
        Assert.Contains(world.Stored, s => s.Phase == FineTuneRunPhase.Suspended);
        Assert.Equal([JobState.Stopped, JobState.Succeeded], world.Cloud.State.TrainingJobs.Select(j => j.State));
    }

    [Fact]
    public async Task A_suspension_uses_up_no_retry()
    {
        using var world = Scenarios.SuspendAndResume();
        world.TrainOutcome = attempt => attempt == 2 ? new Outcome(JobState.Failed, "CapacityError") : new Outcome(JobState.Succeeded);
        _ = await world.ToEndAsync();

        Assert.Equal((FineTuneRunPhase.Succeeded, 3, 1), (world.Status.Phase, world.Status.Attempt, world.Status.Retries));
    }

    [Theory]
    [InlineData(FineTuneRunPhase.Preprocessing)]
    [InlineData(FineTuneRunPhase.Training)]
    public async Task A_job_that_succeeded_before_a_suspension_could_stop_it_is_not_run_again(FineTuneRunPhase phase)
    {
        using var world = Scenarios.SuspendedAsTheJobSucceeds(phase);
        _ = await world.ToEndAsync();

        Assert.Equal((FineTuneRunPhase.Succeeded, 1), (world.Status.Phase, world.Status.Attempt));
        Assert.Contains(world.Stored, s => s.Phase == FineTuneRunPhase.Suspended);
        Assert.Equal(JobState.Succeeded, Assert.Single(world.Cloud.State.PrepareJobs).State);
        Assert.Equal(JobState.Succeeded, Assert.Single(world.Cloud.State.TrainingJobs).State);
    }

    [Fact]
    public async Task A_run_that_is_deleted_while_it_trains_goes_only_after_its_job_has_stopped()
    {
        using var world = Scenarios.DeletedInTraining();
        _ = await world.ToEndAsync();

        Assert.Null(world.Run);
        Assert.Equal(JobState.Stopped, Assert.Single(world.Cloud.State.TrainingJobs).State);
        Assert.Empty(world.Cloud.State.ModelVersions);
        Assert.Equal("Outcome Deleted Deleted a1", AuditFiles.Summary(world.Cloud.State)[^1]);
    }

    [Fact]
    public async Task A_grant_that_is_lost_while_the_run_trains_stops_the_job_and_the_run()
    {
        using var world = Scenarios.RevokedInTraining();
        _ = await world.ToEndAsync();

        Assert.Equal(FineTuneRunPhase.Stopped, world.Status.Phase);
        Assert.Equal(JobState.Stopped, Assert.Single(world.Cloud.State.TrainingJobs).State);
        var ready = world.Status.Conditions!.Single(c => c.Type == ConditionTypes.Ready);
        Assert.Equal(Reasons.GrantRevoked, ready.Reason);
        Assert.Contains($"GRANT SELECT ON TABLE {Samples.Source}", ready.Message, StringComparison.Ordinal);
        Assert.Contains(AuditFiles.Summary(world.Cloud.State), l => l.StartsWith("Revocation ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_onRevocation_Finish_the_job_under_way_may_end_and_no_further_effect_begins()
    {
        using var world = new World().When(
            Scenarios.Trains, w => w.Api.Put(Samples.Checked(w.Clock.GetUtcNow(), granted: false, spec => spec.OnRevocation = RevocationPolicy.Finish)));
        _ = await world.ToEndAsync();

        Assert.Equal(FineTuneRunPhase.Stopped, world.Status.Phase);
        Assert.Equal(JobState.Succeeded, Assert.Single(world.Cloud.State.TrainingJobs).State);
        Assert.Empty(world.Cloud.State.ModelVersions);
    }

    [Fact]
    public async Task A_run_whose_grant_lacks_a_privilege_fails_with_the_SQL_that_would_mend_it_and_starts_nothing()
    {
        using var world = await Scenarios.Denied().ToEndAsync();

        Assert.Equal(FineTuneRunPhase.Failed, world.Status.Phase);
        Assert.Contains($"GRANT SELECT ON TABLE {Samples.Source}", world.Status.Conditions!.Single(c => c.Type == ConditionTypes.Ready).Message, StringComparison.Ordinal);
        Assert.DoesNotContain(world.Cloud.Calls.Made, c => c.StartsWith("emr:", StringComparison.Ordinal) || c.StartsWith("storage:", StringComparison.Ordinal));
        Assert.Equal([$"Denial PrivilegeMissing {Samples.Source} a1"], AuditFiles.Summary(world.Cloud.State));
    }

    [Fact]
    public async Task A_run_waits_for_a_grant_that_is_applied_later()
    {
        using var world = new World();
        world.Api.Remove<DatasetGrant>("credit-risk", "risk-factors");
        Assert.Equal(TimeSpan.FromSeconds(30), await world.StepAsync());
        Assert.Equal(Reasons.GrantNotFound, world.Status.Conditions!.Single(c => c.Type == ConditionTypes.GrantVerified).Reason);

        world.Api.Put(Samples.Checked(world.Clock.GetUtcNow()));
        _ = await world.ToEndAsync();
        Assert.Equal(FineTuneRunPhase.Succeeded, world.Status.Phase);
    }

    [Fact]
    public async Task A_dry_run_checks_everything_and_starts_nothing()
    {
        using var world = await Scenarios.DryRun().ToEndAsync();

        Assert.Equal(FineTuneRunPhase.Succeeded, world.Status.Phase);
        Assert.Equal(Reasons.DryRun, world.Status.Conditions!.Single(c => c.Type == ConditionTypes.Ready).Reason);
        Assert.Empty(world.Cloud.State.PrepareJobs);
        Assert.Equal(["Outcome Succeeded DryRun a1"], AuditFiles.Summary(world.Cloud.State));
    }
}
