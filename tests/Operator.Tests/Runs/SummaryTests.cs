using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Runs;
using GovernedFinetune.Operator.Status;
using GovernedFinetune.Operator.Tests.Fakes;

namespace GovernedFinetune.Operator.Tests.Runs;

public class SummaryTests
{
    private readonly FineTuneRun _run = Samples.Run();
    private readonly FineTuneRunStatus _status = new();

    [Fact]
    public void The_transition_time_moves_with_the_status_and_with_nothing_else()
    {
        var conditions = new List<Condition>();
        Conditions.Set(conditions, "Ready", "False", "A", "a", 1, Samples.Start);
        Conditions.Set(conditions, "Ready", "False", "B", "b", 2, Samples.Start.AddMinutes(1));
        Assert.Equal(("B", Samples.Start.UtcDateTime), (conditions[0].Reason, conditions[0].LastTransitionTime));

        Conditions.Set(conditions, "Ready", "True", "C", "c", 2, Samples.Start.AddMinutes(2).AddMilliseconds(900));
        Assert.Equal(Samples.Start.AddMinutes(2).UtcDateTime, Assert.Single(conditions).LastTransitionTime);
    }

    [Fact]
    public void A_message_that_is_too_long_for_the_CRD_is_cut_so_that_the_status_can_be_stored()
    {
        var conditions = new List<Condition>();
        Conditions.Set(conditions, "Ready", "False", "A", new string('x', 32768), 1, Samples.Start);
        Assert.Equal(32768, conditions[0].Message!.Length);
        Conditions.Set(conditions, "Ready", "False", "A", new string('x', 100_000), 1, Samples.Start);
        Assert.Equal(32768, conditions[0].Message!.Length);
        Assert.EndsWith("...", conditions[0].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FineTuneRunPhase.Succeeded, true)]
    [InlineData(FineTuneRunPhase.Failed, true)]
    [InlineData(FineTuneRunPhase.Stopped, true)]
    [InlineData(FineTuneRunPhase.Suspended, false)]
    [InlineData(FineTuneRunPhase.Stopping, false)]
    [InlineData(FineTuneRunPhase.Pending, false)]
    [InlineData(FineTuneRunPhase.Training, false)]
    [InlineData(null, false)]
    public void Three_phases_are_ends(FineTuneRunPhase? phase, bool expected) => Assert.Equal(expected, RunSummary.IsTerminal(phase));

    [Fact]
    public void From_any_summary_to_any_other_the_rules_of_kstatus_hold()
    {
        Action<FineTuneRunStatus, DateTimeOffset>[] summaries =
        [
            (s, now) => RunSummary.Progressing(_run, s, FineTuneRunPhase.Training, Reasons.InProgress, "m", stalled: false, now),
            (s, now) => RunSummary.Progressing(_run, s, FineTuneRunPhase.Training, Reasons.UnknownCloudState, "m", stalled: true, now),
            (s, now) => RunSummary.Resting(_run, s, "m", now),
        ];
        Action<FineTuneRunStatus, DateTimeOffset>[] ends =
        [
            .. new[] { FineTuneRunPhase.Succeeded, FineTuneRunPhase.Failed, FineTuneRunPhase.Stopped }
                .Select(phase => (Action<FineTuneRunStatus, DateTimeOffset>)((s, now) => RunSummary.Finished(_run, s, phase, "Reason", "m", now))),
        ];
        foreach (var first in summaries)
        {
            foreach (var second in summaries.Concat(ends))
            {
                var before = new FineTuneRunStatus();
                first(before, Samples.Start);
                KStatus.Check(_run, new FineTuneRunStatus(), before, Samples.Start);
                var after = Operator.Kubernetes.StatusPatch.Copy(before);
                second(after, Samples.Start.AddMinutes(1));
                KStatus.Check(_run, before, after, Samples.Start.AddMinutes(1));
            }
        }
    }

    [Fact]
    public void A_stop_that_takes_too_long_stalls_the_run_once_and_keeps_what_it_is_stopped_for()
    {
        RunSummary.Stopping(_run, _status, Reasons.GrantRevoked, "lost", Samples.Start);
        RunSummary.Stopping(_run, _status, Reasons.GrantRevoked, "lost", Samples.Start.AddMinutes(30));
        Assert.Null(Conditions.Find(_status.Conditions, ConditionTypes.Stalled));

        RunSummary.Stopping(_run, _status, Reasons.GrantRevoked, "lost", Samples.Start.AddMinutes(31));
        Assert.Equal(Reasons.StopOverdue, Conditions.Find(_status.Conditions, ConditionTypes.Stalled)!.Reason);
        Assert.Equal(Reasons.GrantRevoked, Conditions.Find(_status.Conditions, ConditionTypes.Ready)!.Reason);
        KStatus.Check(_run, new FineTuneRunStatus(), _status, Samples.Start.AddMinutes(31));

        var stalled = Operator.Kubernetes.StatusPatch.Copy(_status);
        RunSummary.Stopping(_run, _status, Reasons.GrantRevoked, "lost", Samples.Start.AddHours(2));
        Assert.Null(Operator.Kubernetes.StatusPatch.Between(stalled, _status));

        RunSummary.Finished(_run, _status, FineTuneRunPhase.Stopped, Reasons.GrantRevoked, "lost", Samples.Start.AddHours(3));
        Assert.Null(_status.StoppingSince);
    }

    [Fact]
    public void What_hinders_a_stop_leaves_what_the_run_is_stopped_for()
    {
        RunSummary.Stopping(_run, _status, Reasons.Suspended, "by spec", Samples.Start);
        RunSummary.Hindered(_run, _status, Reasons.AccessDenied, "denied", stalled: true, Samples.Start);
        Assert.Equal(Reasons.Suspended, Conditions.Find(_status.Conditions, ConditionTypes.Ready)!.Reason);
        Assert.Equal(Reasons.AccessDenied, Conditions.Find(_status.Conditions, ConditionTypes.Stalled)!.Reason);
        Assert.Null(Conditions.Find(_status.Conditions, ConditionTypes.Reconciling));
        KStatus.Check(_run, new FineTuneRunStatus(), _status, Samples.Start);
    }
}
