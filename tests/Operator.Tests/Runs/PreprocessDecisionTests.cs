using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Runs.Jobs;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Runs.Stages;
using GovernedFinetune.Operator.Runs.Stages.Preprocess;
using GovernedFinetune.Operator.Tests.Fakes;

namespace GovernedFinetune.Operator.Tests.Runs;

public class PreprocessDecisionTests
{
    private static Decision Decide(PreprocessObservation seen, Action<FineTuneRunStatus>? change = null) =>
        PreprocessDecisions.Decide(Seen.Facts(Seen.Status(change)), seen);

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
        var decision = Decide(Seen.Preprocess(Seen.Prepare(state, ours)));
        Assert.Equal(expected, Seen.Of(decision));
        Assert.Contains("jr-1", Seen.Message(decision), StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_that_does_not_exist_is_started_under_its_deterministic_name()
    {
        var act = Assert.IsType<Decision.Do>(Decide(Seen.Preprocess()));
        Assert.True(act.Effect.ResultMustBeStored);
        Assert.EndsWith("-prepare-a1", act.Effect.Target, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stale_intent_is_made_anew_before_anything_is_started()
    {
        var wait = Assert.IsType<Decision.Wait>(Decide(Seen.Preprocess(stale: true)));
        Assert.Equal(TimeSpan.Zero, wait.After);
    }

    [Fact]
    public void A_job_that_was_just_started_and_is_not_shown_yet_is_waited_for() =>
        Assert.Equal("Wait InProgress", Seen.Of(Decide(Seen.Preprocess(), s =>
        {
            s.Preprocessing!.JobRunId = "jr-1";
            s.Preprocessing.StartedAt = Samples.Start.AddMinutes(9).UtcDateTime;
        })));

    [Fact]
    public void A_job_that_the_service_forgot_is_started_again_in_a_new_attempt() =>
        Assert.Equal("TryAgain ServiceFault", Seen.Of(Decide(Seen.Preprocess(), s => s.Preprocessing!.JobRunId = "jr-1")));

    [Fact]
    public void The_error_line_that_the_job_left_is_told_rather_than_the_service_s_words() =>
        Assert.Contains(
            "error SourceChanged: part-0 differs",
            Seen.Message(Decide(Seen.Preprocess(Seen.Prepare(JobState.Failed, ours: true), failure: "error SourceChanged: part-0 differs"))),
            StringComparison.Ordinal);

    [Fact]
    public void A_good_manifest_without_a_table_registers_the_table()
    {
        var act = Assert.IsType<Decision.Do>(Decide(Seen.Preprocess(Seen.Prepare(JobState.Succeeded), Seen.PrepareManifest)));
        var create = Assert.IsType<CreateOutputTable>(act.Effect);
        Assert.Equal((Samples.Prepared, Seen.PreparedAt, "JSON"), (create.Table.FullName, create.Table.Location, create.Table.Format));
        Assert.Contains(Samples.Uid, create.Table.Properties.Values);
    }

    [Theory]
    [InlineData(Seen.PreparedAt, "Done")]
    [InlineData(Seen.PreparedAt + "/", "Done")]
    [InlineData("s3://elsewhere/x", "Fail Conflict")]
    public void A_table_that_exists_is_used_only_where_it_belongs(string location, string expected) =>
        Assert.Equal(expected, Seen.Of(Decide(Seen.Preprocess(Seen.Prepare(JobState.Succeeded), Seen.PrepareManifest, Seen.PreparedTable(location)))));

    [Fact]
    public void A_missing_manifest_fails_the_run_with_its_place()
    {
        var decision = Decide(new PreprocessObservation(
            Seen.Prepare(JobState.Succeeded), null, JobJson.Parse<PrepareManifest>(null, "s3://artifacts/m.json"), null, Seen.PreparedAt));
        Assert.Equal("Fail ManifestInvalid", Seen.Of(decision));
        Assert.Contains("s3://artifacts/m.json", Seen.Message(decision), StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Lies => new()
    {
        { "schema", "schema version 2" },
        { "kind", "TrainManifest" },
        { "uid", "run other" },
        { "attempt", "attempt 7" },
        { "no input", "exactly one input" },
        { "null input", "exactly one input" },
        { "input version", "version 3 of table 5b1e" },
        { "input table", "table other" },
        { "no output", "exactly one output" },
        { "null output", "exactly one output" },
        { "output table", "wrote table a.b.c" },
        { "location", "wrote to s3://elsewhere" },
        { "rows", "no rows" },
        { "null file", "file without a name" },
        { "digest", "digest is not that of its files" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_manifest_that_disagrees_with_the_run_is_refused_and_the_message_says_where(string lie, string says)
    {
        var good = Seen.PrepareManifest;
        var (input, output) = (good.Inputs[0], good.Outputs[0]);
        var bad = lie switch
        {
            "schema" => good with { SchemaVersion = 2 },
            "kind" => good with { Kind = "TrainManifest" },
            "uid" => good with { Run = new ManifestRun("other", 1) },
            "attempt" => good with { Run = new ManifestRun(Samples.Uid, 7) },
            "no input" => good with { Inputs = [] },
            "null input" => good with { Inputs = [null!] },
            "input version" => good with { Inputs = [input with { Version = "3" }] },
            "input table" => good with { Inputs = [input with { TableId = "other" }] },
            "no output" => good with { Outputs = [] },
            "null output" => good with { Outputs = [null!] },
            "output table" => good with { Outputs = [output with { Table = "a.b.c" }] },
            "location" => good with { Outputs = [output with { Location = "s3://elsewhere" }] },
            "rows" => good with { Outputs = [output with { Rows = 0 }] },
            "null file" => good with { Outputs = [output with { Files = [null!] }] },
            _ => good with { Digest = "sha256:0" },
        };
        var decision = Decide(Seen.Preprocess(Seen.Prepare(JobState.Succeeded), bad));
        Assert.Equal("Fail ManifestInvalid", Seen.Of(decision));
        Assert.Contains(says, Seen.Message(decision), StringComparison.Ordinal);
    }
}
