using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Runs.Jobs;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Runs.Stages;
using GovernedFinetune.Operator.Runs.Stages.Train;
using GovernedFinetune.Operator.Tests.Fakes;

namespace GovernedFinetune.Operator.Tests.Runs;

public class TrainDecisionTests
{
    private static Decision Decide(TrainObservation seen, Action<FineTuneRunStatus>? change = null, FineTuneRunSpec? spec = null) =>
        TrainDecisions.Decide(Seen.Facts(Prepared(change), spec), seen);

    private static FineTuneRunStatus Prepared(Action<FineTuneRunStatus>? change) => Seen.Status(s =>
    {
        (s.Preprocessing!.OutputTableId, s.Preprocessing.OutputVersion) = ("77aa", "1");
        change?.Invoke(s);
    });

    [Theory]
    [InlineData(JobState.Pending, false, "Wait InProgress")]
    [InlineData(JobState.Running, false, "Wait InProgress")]
    [InlineData(JobState.Stopping, false, "Wait InProgress")]
    [InlineData(JobState.Failed, true, "Fail JobFailed")]
    [InlineData(JobState.Failed, false, "TryAgain ServiceFault")]
    [InlineData(JobState.Stopped, false, "Fail JobStopped")]
    [InlineData(JobState.TimedOut, false, "Fail DeadlineExceeded")]
    [InlineData(JobState.Unknown, false, "Wait UnknownCloudState stalled")]
    public void Each_state_of_the_job_has_its_answer_and_names_the_job(JobState state, bool ours, string expected)
    {
        var decision = Decide(Seen.Train(Seen.Training(state, ours)));
        Assert.Equal(expected, Seen.Of(decision));
        Assert.Contains("train-1", Seen.Message(decision), StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_that_does_not_exist_is_created() => Assert.Equal("Do CreateTrainingJob", Seen.Of(Decide(Seen.Train(null))));

    [Fact]
    public void A_job_that_somebody_deleted_fails_the_run() =>
        Assert.Equal("Fail JobStopped", Seen.Of(Decide(Seen.Train(null), s => s.Training!.Arn = "arn")));

    [Theory]
    [InlineData("another-run")]
    [InlineData(null)]
    public void A_job_of_that_name_that_is_not_ours_is_a_conflict_and_is_not_touched(string? owner)
    {
        foreach (var state in Enum.GetValues<JobState>())
        {
            Assert.Equal("Fail Conflict", Seen.Of(Decide(Seen.Train(Seen.Training(state, owner: owner), Seen.TrainManifest))));
        }
    }

    [Fact]
    public void A_time_out_on_spot_says_which_two_limits_can_be_raised()
    {
        var spec = Samples.Run(s => s.Training.Spot = new SpotSpec { MaxWait = "12h" }).Spec;
        var message = Seen.Message(Decide(Seen.Train(Seen.Training(JobState.TimedOut)), spec: spec));
        Assert.Contains("spec.training.maxRuntime or spec.training.spot.maxWait", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_good_manifest_is_the_end_of_the_stage() =>
        Assert.Equal("Done", Seen.Of(Decide(Seen.Train(Seen.Training(JobState.Succeeded), Seen.TrainManifest))));

    [Fact]
    public void A_job_without_a_manifest_fails_the_run() =>
        Assert.Equal("Fail ManifestInvalid", Seen.Of(Decide(Seen.Train(Seen.Training(JobState.Succeeded)))));

    public static TheoryData<string, string> Lies => new()
    {
        { "schema", "schema version 2" },
        { "kind", "PrepareManifest" },
        { "uid", "run other" },
        { "attempt", "attempt 7" },
        { "no input", "exactly one input" },
        { "null input", "exactly one input" },
        { "input", "version 9 of table 77aa" },
        { "model", "trained other at 1" },
        { "revision", "trained builtin/char-lm at 2" },
        { "no files", "no files" },
        { "null file", "file without a name" },
        { "no MLmodel", "no MLmodel" },
        { "above", "'../secrets'" },
        { "absolute", "'/etc/passwd'" },
        { "dot", "'a/./b'" },
        { "empty part", "'a//b'" },
        { "digest", "digest is not that of its files" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_manifest_that_disagrees_with_the_run_is_refused_and_the_message_says_where(string lie, string says)
    {
        var good = Seen.TrainManifest;
        var bad = lie switch
        {
            "schema" => good with { SchemaVersion = 2 },
            "kind" => good with { Kind = "PrepareManifest" },
            "uid" => good with { Run = new ManifestRun("other", 1) },
            "attempt" => good with { Run = new ManifestRun(Samples.Uid, 7) },
            "no input" => good with { Inputs = [] },
            "null input" => good with { Inputs = [null!] },
            "input" => good with { Inputs = [good.Inputs[0] with { Version = "9" }] },
            "model" => good with { Model = good.Model with { Id = "other" } },
            "revision" => good with { Model = good.Model with { Revision = "2" } },
            "no files" => good with { Files = [] },
            "null file" => good with { Files = [null!] },
            "no MLmodel" => With(good, new ManifestFile("weights.bin", 1, new string('c', 64))),
            "above" => With(good, good.Files[0], new ManifestFile("../secrets", 1, new string('c', 64))),
            "absolute" => With(good, good.Files[0], new ManifestFile("/etc/passwd", 1, new string('c', 64))),
            "dot" => With(good, good.Files[0], new ManifestFile("a/./b", 1, new string('c', 64))),
            "empty part" => With(good, good.Files[0], new ManifestFile("a//b", 1, new string('c', 64))),
            _ => good with { Digest = "sha256:0" },
        };
        var decision = Decide(Seen.Train(Seen.Training(JobState.Succeeded), bad));
        Assert.Equal("Fail ManifestInvalid", Seen.Of(decision));
        Assert.Contains(says, Seen.Message(decision), StringComparison.Ordinal);
    }

    private static TrainManifest With(TrainManifest manifest, params ManifestFile[] files) =>
        manifest with { Files = files, Digest = ManifestDigest.Of(files.Select(f => (f.Path, f.Sha256))) };
}
