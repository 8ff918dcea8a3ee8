using System.Text.RegularExpressions;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs;
using GovernedFinetune.Operator.Tests.Fakes;

namespace GovernedFinetune.Operator.Tests.Runs;

public partial class RunNamesTests
{
    public static TheoryData<string> WeirdNames =>
    [
        "a",
        "0",
        "risk-summariser",
        "with.dots.in.it",
        "UPPER",
        "--leading-and-trailing--",
        "...",
        "",
        "-",
        new string('x', 253),
        new string('-', 253),
        string.Concat(Enumerable.Repeat("a.", 126)),
        "ünïcødé-名前",
        "tab\there",
    ];

    [Theory]
    [MemberData(nameof(WeirdNames))]
    public void A_job_name_fits_both_services_whatever_the_run_is_called(string name)
    {
        foreach (var attempt in new[] { 1, 42, int.MaxValue })
        {
            foreach (var stage in new[] { "prepare", "train" })
            {
                var job = RunNames.Job(new RunIdentity("ns", name, Samples.Uid), stage, attempt);
                Assert.Matches(SageMakerName(), job);
                Assert.EndsWith(FormattableString.Invariant($"-{stage}-a{attempt}"), job, StringComparison.Ordinal);
                Assert.Matches(TokenShape(), RunNames.Token(new RunIdentity("ns", name, Samples.Uid), stage, attempt));
            }
        }
    }

    [Fact]
    public void The_same_attempt_always_has_the_same_name_and_token()
    {
        var id = Seen.Id;
        Assert.Equal(RunNames.Job(id, "train", 1), RunNames.Job(id with { }, "train", 1));
        Assert.Equal(RunNames.Token(id, "train", 1), RunNames.Token(id with { Namespace = "moved" }, "train", 1));

        // Fixed for ever: an operator of a later version must find the jobs of this one.
        Assert.Equal("risk-summariser-p5wd2ogyzeb3kkqikv3t-train-a1", RunNames.Job(id, "train", 1));
    }

    [Fact]
    public void No_two_of_many_runs_stages_and_attempts_share_a_name_or_a_token()
    {
        var names = new HashSet<string>();
        var tokens = new HashSet<string>();
        var made = 0;
        foreach (var uid in Enumerable.Range(0, 500).Select(i => FormattableString.Invariant($"uid-{i}")))
        {
            foreach (var stage in new[] { "prepare", "train" })
            {
                for (var attempt = 1; attempt <= 10; attempt++, made++)
                {
                    Assert.True(names.Add(RunNames.Job(new RunIdentity("ns", "same", uid), stage, attempt)));
                    Assert.True(tokens.Add(RunNames.Token(new RunIdentity("ns", "same", uid), stage, attempt)));
                }
            }
        }

        Assert.Equal(10_000, made);
    }

    [Fact]
    public void Everything_of_a_run_lies_in_folders_of_its_own()
    {
        var root = S3Location.Parse("s3://bucket/prefix");
        Assert.Equal($"s3://bucket/prefix/runs/credit-risk/risk-summariser/{Samples.Uid}/train-a2", RunNames.Folder(root, Seen.Id, "train", 2).ToString());
        Assert.Equal($"s3://bucket/prefix/audit/credit-risk/risk-summariser/{Samples.Uid}", RunNames.Audit(root, Seen.Id).ToString());
        Assert.Equal("s3://bucket/prefix/finance/curated/t", RunNames.PreparedTable(root, "finance.curated.t").ToString());
    }

    [Theory]
    [InlineData(1, 1, 2)]
    [InlineData(2, 2, 4)]
    [InlineData(5, 16, 32)]
    [InlineData(9, 150, 300)]
    [InlineData(1000, 150, 300)]
    [InlineData(int.MaxValue, 150, 300)]
    public void Back_off_doubles_up_to_five_minutes_and_jitters_within_its_upper_half(int failures, double least, double most)
    {
        Assert.Equal(least, Backoff.After(failures, 0).TotalSeconds, 3);
        Assert.Equal(most, Backoff.After(failures, 1).TotalSeconds, 3);
        Assert.InRange(Backoff.After(failures, 0.37).TotalSeconds, least, most);
    }

    [GeneratedRegex(@"\A(?=.{1,63}\z)[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}\z")]
    private static partial Regex SageMakerName();

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,64}\z")]
    private static partial Regex TokenShape();
}
