using System.Text.RegularExpressions;
using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Runs;

namespace GovernedFinetune.Operator.Tests.Fakes;

/// <summary>The rules that every stored status keeps: kstatus, <c>metav1.Condition</c> and the limits of the CRD.</summary>
internal static partial class KStatus
{
    private static readonly string[] Stages =
    [
        ConditionTypes.GrantVerified, ConditionTypes.DatasetPrepared, ConditionTypes.ModelTrained, ConditionTypes.ModelRegistered, ConditionTypes.LineageRecorded,
    ];

    public static void Check(FineTuneRun run, FineTuneRunStatus before, FineTuneRunStatus after, DateTimeOffset now)
    {
        Assert.NotNull(after.Phase);
        Assert.Equal(run.Metadata.Generation, after.ObservedGeneration);
        Check(after.Conditions!, before.Conditions, run.Metadata.Generation, now, sameAttempt: before.Attempt == after.Attempt);

        var (ready, succeeded) = (Of(after, ConditionTypes.Ready)!, Of(after, ConditionTypes.Succeeded)!);
        var (reconciling, stalled) = (Of(after, ConditionTypes.Reconciling), Of(after, ConditionTypes.Stalled));
        switch (after.Phase)
        {
            case FineTuneRunPhase.Succeeded:
                Assert.Equal(("True", "True"), (ready.Status, succeeded.Status));
                Assert.True(reconciling is null && stalled is null, "A run that succeeded is neither reconciling nor stalled.");
                break;
            case FineTuneRunPhase.Failed or FineTuneRunPhase.Stopped:
                Assert.Equal(("False", "False"), (ready.Status, succeeded.Status));
                Assert.True(reconciling is null && stalled is not null, "A run that ended badly is stalled.");
                break;
            case FineTuneRunPhase.Suspended:
                Assert.Equal(("False", "Unknown"), (ready.Status, succeeded.Status));
                break;
            default:
                Assert.Equal(("False", "Unknown"), (ready.Status, succeeded.Status));
                Assert.True((reconciling is null) != (stalled is null), $"{after.Phase}: exactly one of Reconciling and Stalled belongs there.");
                break;
        }

        Assert.Equal(RunSummary.IsTerminal(after.Phase), after.FinishedAt is not null);
        if (RunSummary.IsTerminal(after.Phase))
        {
            Assert.DoesNotContain(after.Conditions!, c => Stages.Contains(c.Type) && c.Reason == "InProgress");
            Assert.Null(after.NextAttemptAt);
        }
    }

    /// <summary>The rules that hold for the conditions of both resources.</summary>
    public static void Check(IList<Condition> conditions, IList<Condition>? before, long? generation, DateTimeOffset now, bool sameAttempt = true)
    {
        Assert.Equal(conditions.Count, conditions.Select(c => c.Type).Distinct().Count());
        Assert.InRange(conditions.Count, 1, 16);
        Assert.Contains(conditions, c => c.Type == ConditionTypes.Ready);
        var present = conditions.Where(c => c.Type is ConditionTypes.Reconciling or ConditionTypes.Stalled).ToList();
        Assert.All(present, c => Assert.Equal("True", c.Status));
        Assert.True(present.Count <= 1, "Reconciling and Stalled exclude each other.");
        foreach (var condition in conditions)
        {
            Assert.Contains(condition.Status, new[] { "True", "False", "Unknown" });
            Assert.Matches(CamelCase(), condition.Reason);
            Assert.InRange(condition.Reason!.Length, 1, 128);
            Assert.InRange(condition.Message!.Length, 1, 32768);
            Assert.Equal(generation, condition.ObservedGeneration);
            var moved = condition.LastTransitionTime!.Value;
            Assert.Equal(0, moved.Ticks % TimeSpan.TicksPerSecond);
            Assert.True(moved <= now.UtcDateTime, $"{condition.Type} changed in the future.");
            if (before?.FirstOrDefault(c => c.Type == condition.Type) is { } old)
            {
                // A stage that begins anew has a condition of its own: its deadline counts from there.
                var begins = condition.Reason == "InProgress" && Stages.Contains(condition.Type) && (old.Reason != "InProgress" || !sameAttempt);
                Assert.True(
                    begins || old.Status != condition.Status || moved == old.LastTransitionTime,
                    $"{condition.Type}: the transition time moved without the status.");
            }
        }
    }

    private static Condition? Of(FineTuneRunStatus status, string type) => status.Conditions!.FirstOrDefault(c => c.Type == type);

    [GeneratedRegex("^[A-Z][A-Za-z0-9]*$")]
    private static partial Regex CamelCase();
}
