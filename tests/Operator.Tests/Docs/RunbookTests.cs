using System.Reflection;
using System.Text.RegularExpressions;
using GovernedFinetune.Operator.Failures;

namespace GovernedFinetune.Operator.Tests.Docs;

public sealed partial class RunbookTests
{
    private static readonly string Runbook = Repository.Read("docs/runbook.md");

    private static readonly string[] Headings = [.. Heading().Matches(Runbook).Select(m => m.Groups["name"].Value)];

    private static readonly string[] Names = [.. typeof(Reasons)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(field => field.IsLiteral)
        .Select(field => (string)field.GetRawConstantValue()!)];

    public static TheoryData<string> Known => [.. Names];

    [Theory]
    [MemberData(nameof(Known))]
    public void Each_reason_has_a_section_that_says_something(string reason)
    {
        var at = Runbook.IndexOf($"\n### {reason}\n", StringComparison.Ordinal);
        Assert.True(at >= 0, $"docs/runbook.md has no section '### {reason}'.");

        var text = Runbook[(at + reason.Length + 6)..].Split("\n#")[0];
        Assert.True(text.Trim().Length >= 30, $"docs/runbook.md says nothing about {reason}.");
    }

    [Fact]
    public void No_section_is_about_a_reason_that_does_not_exist()
    {
        Assert.Equal(Headings.Distinct(), Headings);
        Assert.Empty(Headings.Except(Names));
    }

    [Fact]
    public void Each_link_within_the_page_leads_somewhere()
    {
        var anchors = Headings.Select(h => h.ToLowerInvariant()).ToHashSet();
        Assert.All(Link().Matches(Runbook).Select(m => m.Groups["anchor"].Value), anchor => Assert.Contains(anchor, anchors));
    }

    [GeneratedRegex(@"^### (?<name>\w+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\]\(#(?<anchor>[a-z]+)\)")]
    private static partial Regex Link();
}
