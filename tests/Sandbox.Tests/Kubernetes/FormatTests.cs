using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Discovery;
using GovernedFinetune.Sandbox.Kubernetes.Schema;
using GovernedFinetune.Sandbox.Kubernetes.Tables;

namespace GovernedFinetune.Sandbox.Tests.Kubernetes;

public sealed class FormatTests
{
    [Theory]
    [InlineData(0, "0s")]
    [InlineData(119, "119s")]
    [InlineData(120, "2m")]
    [InlineData(303, "5m3s")]
    [InlineData(3599, "59m")]
    [InlineData(11_000, "3h3m")]
    [InlineData(90_000, "25h")]
    [InlineData(200_000, "2d7h")]
    [InlineData(40_000_000, "462d")]
    [InlineData(70_000_000, "2y80d")]
    [InlineData(-60, "<invalid>")]
    public void Ages_are_written_as_kubectl_writes_them(int seconds, string text) =>
        Assert.Equal(text, Age.Of(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddSeconds(seconds)));

    [Theory]
    [InlineData("1h30m", 5400)]
    [InlineData("-1.5h", -5400)]
    [InlineData("250ms", 0.25)]
    [InlineData("0", 0)]
    public void Go_durations_are_read(string text, double seconds)
    {
        Assert.True(GoDuration.TryParse(text, out var duration));
        Assert.Equal(seconds, duration.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1d")]
    [InlineData("h")]
    [InlineData("1h-3m")]
    [InlineData("99999999999999999999h")]
    public void Other_durations_are_not(string text) => Assert.False(GoDuration.TryParse(text, out _));

    [Theory]
    [InlineData(".a.b", "1")]
    [InlineData("{.a.b}", "1")]
    [InlineData(".a['b']", "1")]
    [InlineData(".l[0].n", "x")]
    [InlineData(".l[-1].n", "y")]
    [InlineData(".l[*].n", "x,y")]
    [InlineData(".l[?(@.n==\"y\")].v", "2")]
    [InlineData(".l[?(@.v>1)].n", "y")]
    [InlineData(".l[?(@.v>=1 && @.n!='x')].n", "y")]
    [InlineData(".l[?(@.n=='x' || @.n=='y')].v", "1,2")]
    [InlineData(".l[?(@.w)].n", "y")]
    [InlineData("..n", "x,y")]
    [InlineData(".d\\.e", "3")]
    [InlineData(".nothing.here", "")]
    public void JSONPath_finds(string path, string expected)
    {
        var json = JsonNode.Parse("""{"a":{"b":1},"l":[{"n":"x","v":1},{"n":"y","v":2,"w":true}],"d.e":3}""");
        Assert.Equal(expected, string.Join(',', JsonPath.Parse(path).Find(json).Select(n => n?.ToString())));
    }

    [Theory]
    [InlineData("a.b")]
    [InlineData(".a[")]
    [InlineData(".a[1:2]")]
    [InlineData(".a[?(@.b==)]")]
    [InlineData(".a[?(@.b==\"x\"]")]
    [InlineData(".a..")]
    public void Malformed_JSONPath_is_refused(string path) => Assert.Throws<FormatException>(() => JsonPath.Parse(path));

    [Theory]
    [InlineData(@"^\d+$", "12", true)]
    [InlineData(@"^\d+$", "١٢", false)]
    [InlineData(@"^a$", "a\n", false)]
    [InlineData(@"^[[:alpha:]-]+$", "ab-c", true)]
    [InlineData(@"^[^]x]$", "y", true)]
    [InlineData(@"^(?P<n>a)b$", "ab", true)]
    public void Patterns_mean_what_RE2_says(string pattern, string text, bool matches) => Assert.Equal(matches, Re2.Compile(pattern).IsMatch(text));

    [Theory]
    [InlineData("(?=a)")]
    [InlineData("(a)\\1")]
    [InlineData("a{1001}")]
    [InlineData("(")]
    [InlineData("a\\")]
    public void Patterns_that_RE2_lacks_are_refused(string pattern) => Assert.Throws<FormatException>(() => Re2.Compile(pattern));

    [Fact]
    public void Versions_are_ordered_by_stability() =>
        Assert.Equal(
            ["v2", "v1", "v2beta1", "v1beta2", "v1alpha1", "other"],
            new[] { "v1alpha1", "other", "v1", "v1beta2", "v2", "v2beta1" }.OrderDescending(VersionOrder.Instance));
}
