using System.Text.RegularExpressions;

namespace GovernedFinetune.Entities.Tests;

public sealed class KubernetesDurationTests
{
    [Theory]
    [InlineData("1h30m", 5400)]
    [InlineData("90s", 90)]
    [InlineData("2h", 7200)]
    [InlineData("5m", 300)]
    [InlineData("0s", 0)]
    [InlineData("1h0m0s", 3600)]
    [InlineData("720h", 2_592_000)]
    [InlineData("999999h999999m999999s", 3_660_996_339)]
    public void Durations_are_read(string text, long seconds)
    {
        Assert.True(KubernetesDuration.TryParse(text, out var value));
        Assert.Equal(TimeSpan.FromSeconds(seconds), value);
        Assert.Matches(Patterns.Duration, text);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" 1h")]
    [InlineData("1h\n")]
    [InlineData("1")]
    [InlineData("h")]
    [InlineData("1d")]
    [InlineData("1m1h")]
    [InlineData("1h1h")]
    [InlineData("1.5h")]
    [InlineData("-1h")]
    [InlineData("100ms")]
    [InlineData("1000000h")]
    [InlineData("١h")]
    public void Anything_else_is_refused(string? text)
    {
        Assert.False(KubernetesDuration.TryParse(text, out var value));
        Assert.Equal(TimeSpan.Zero, value);
        Assert.Contains($"'{text}'", Assert.Throws<FormatException>(() => KubernetesDuration.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(59, "59s")]
    [InlineData(60, "1m")]
    [InlineData(5400, "1h30m")]
    [InlineData(93_784, "26h3m4s")]
    public void Durations_are_written_so_that_they_read_back(long seconds, string text)
    {
        Assert.Equal(text, KubernetesDuration.Format(TimeSpan.FromSeconds(seconds)));
        Assert.Equal(TimeSpan.FromSeconds(seconds), KubernetesDuration.Parse(text));
    }

    [Fact]
    public void Durations_that_the_pattern_cannot_hold_are_not_written()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => KubernetesDuration.Format(TimeSpan.FromSeconds(-1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => KubernetesDuration.Format(TimeSpan.FromHours(1_000_000)));
        Assert.Equal("999999h", KubernetesDuration.Format(TimeSpan.FromHours(999_999)));
    }

    [Fact]
    public void Schema_and_parser_agree_on_random_text()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var i = 0; i < 20_000; i++)
        {
            var text = new string(random.GetItems<char>("0123456789hmsh ms.-", random.Next(1, 9)));
            var schema = text.Length >= 2 && Regex.IsMatch(text, Patterns.Duration);
            Assert.True(schema == KubernetesDuration.TryParse(text, out _), $"seed {seed}: '{text}' matches: {schema}");
        }
    }
}
