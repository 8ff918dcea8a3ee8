using GovernedFinetune.Operator.Kubernetes;

namespace GovernedFinetune.Operator.Tests.Kubernetes;

/// <summary>A selector selects here what the API server selects.</summary>
public class LabelSelectorTests
{
    private static Dictionary<string, string> Labels(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('=')).ToDictionary(l => l[0], l => l[1]);

    [Theory]
    [InlineData("team", "team=risk", true)]
    [InlineData("team", "team=", true)]
    [InlineData("team", "tier=a", false)]
    [InlineData("!team", "tier=a", true)]
    [InlineData("! team", "team=risk", false)]
    [InlineData("team=risk", "team=risk", true)]
    [InlineData("team = risk", "team=fraud", false)]
    [InlineData("team==risk", "team=risk", true)]
    [InlineData("team=", "team=", true)]
    [InlineData("team!=risk", "team=fraud", true)]
    [InlineData("team!=risk", "", true)]
    [InlineData("team!=risk", "team=risk", false)]
    [InlineData("tier in (a, b)", "tier=b", true)]
    [InlineData("tier in (a,b)", "tier=c", false)]
    [InlineData("tier in (a,b)", "", false)]
    [InlineData("tier notin (a,b)", "tier=c", true)]
    [InlineData("tier notin (a,b)", "", true)]
    [InlineData("tier notin (a,b)", "tier=a", false)]
    [InlineData("tier in (a,b),team=risk, !legacy", "tier=a team=risk", true)]
    [InlineData("tier in (a,b),team=risk,!legacy", "tier=a team=risk legacy=x", false)]
    [InlineData("governance.example.com/tier=gold", "governance.example.com/tier=gold", true)]
    [InlineData("in in (in)", "in=in", true)]
    public void It_reads_what_kubectl_takes(string selector, string labels, bool selected)
    {
        Assert.Equal(selected, LabelSelector.Parse(selector).Selects(Labels(labels)));
        Assert.Equal(selector, LabelSelector.Parse(selector).Text);
    }

    [Theory]
    [InlineData("", "'' is not a requirement")]
    [InlineData(" ", "'' is not a requirement")]
    [InlineData("team=risk,", "'' is not a requirement")]
    [InlineData("team risk", "'team risk' is not a requirement")]
    [InlineData("team=a=b", "'team=a=b' is not a requirement")]
    [InlineData("tier in a,b", "'tier in a' is not a requirement")]
    [InlineData("tier in (a,b", "is not a requirement")]
    [InlineData("tier among (a,b)", "is not a requirement")]
    [InlineData("-team=risk", "'-team' is not a label's name")]
    [InlineData("Example.com/team=risk", "is not a label's name")]
    [InlineData("a/b/c=risk", "is not a label's name")]
    [InlineData("size>3", "'size>3' is not a label's name")]
    [InlineData("team=-risk", "'-risk' is not a label's value")]
    [InlineData("tier in (a,b c)", "'b c' is not a label's value")]
    public void What_it_cannot_read_is_refused_with_the_part_that_is_wrong(string selector, string says) =>
        Assert.Contains(says, Assert.Throws<FormatException>(() => LabelSelector.Parse(selector)).Message, StringComparison.Ordinal);

    [Fact]
    public void Names_and_values_have_their_lengths()
    {
        Assert.NotNull(LabelSelector.Parse($"{new string('a', 63)}={new string('b', 63)}"));
        Assert.Throws<FormatException>(() => LabelSelector.Parse($"{new string('a', 64)}=b"));
        Assert.Throws<FormatException>(() => LabelSelector.Parse($"a={new string('b', 64)}"));
        Assert.Throws<FormatException>(() => LabelSelector.Parse($"{new string('a', 254)}/a=b"));
    }

    [Theory]
    [InlineData(100_000)]
    public void A_hostile_one_is_read_in_no_time(int length)
    {
        Assert.Throws<FormatException>(() => LabelSelector.Parse(new string('(', length)));
        Assert.Throws<FormatException>(() => LabelSelector.Parse(string.Concat(Enumerable.Repeat("a,", length / 2)) + "("));
    }

    [Fact]
    public void Everything_is_everything()
    {
        Assert.True(LabelSelector.Everything.Selects(null));
        Assert.Null(LabelSelector.Everything.Text);
        Assert.False(LabelSelector.Parse("team").Selects(null));
    }
}
