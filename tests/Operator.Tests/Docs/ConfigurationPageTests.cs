using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using GovernedFinetune.Operator.Hosting;

namespace GovernedFinetune.Operator.Tests.Docs;

public sealed partial class ConfigurationPageTests
{
    private const string NotAField = "notAField";

    private static readonly string Page = Repository.Read("docs/configuration.md");

    private static readonly string Example = JsonBlock().Match(Page).Groups["json"].Value;

    private static readonly string[] Documented = [.. FieldRow().Matches(Page).Select(m => m.Groups["path"].Value).Order(StringComparer.Ordinal)];

    [Fact]
    public void The_example_is_a_configuration_that_the_operator_starts_with()
    {
        var profile = Assert.Single(OptionsFile.Parse("docs/configuration.md", Example).Profiles);

        Assert.Equal("default", profile.Name);
        Assert.True(profile.Allows("fraud"));
        Assert.False(profile.Allows("kube-system"));
        Assert.Equal("s3://example-governed/prepared", profile.Storage.Prepared.ToString());
    }

    [Fact]
    public void The_example_shows_every_field_that_the_table_describes()
    {
        var shown = new HashSet<string>(StringComparer.Ordinal);
        Collect(JsonNode.Parse(Example)!, "", shown);

        Assert.Equal(Documented, shown.Order(StringComparer.Ordinal));
    }

    /// <summary>The reader names all fields that it knows when it meets one that it does not know.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("leaderElection")]
    [InlineData("profiles[0]")]
    [InlineData("profiles[0].catalog")]
    [InlineData("profiles[0].aws")]
    [InlineData("profiles[0].emr")]
    [InlineData("profiles[0].training")]
    [InlineData("profiles[0].storage")]
    public void The_table_describes_every_field_that_the_reader_knows(string path)
    {
        var document = JsonNode.Parse(Example)!;
        var target = path.Split(['.', '[', ']'], StringSplitOptions.RemoveEmptyEntries)
            .Aggregate(document, (node, step) => int.TryParse(step, out var index) ? node[index]! : node[step]!);
        target[NotAField] = 1;

        var refusal = Assert.Throws<ConfigurationException>(() => OptionsFile.Parse("config.json", document.ToJsonString())).Message;

        Assert.Contains(path.Length == 0 ? $": {NotAField} is not" : $": {path}.{NotAField} is not", refusal, StringComparison.Ordinal);
        var known = refusal.TrimEnd('.').Split("known here are ")[1].Split(", ");
        var prefix = path.Length == 0 ? "" : path.Replace("[0]", "[]", StringComparison.Ordinal) + ".";
        var described = Documented
            .Where(field => field.StartsWith(prefix, StringComparison.Ordinal))
            .Select(field => field[prefix.Length..])
            .Where(field => !field.Contains('.', StringComparison.Ordinal));
        Assert.Equal(known.Order(StringComparer.Ordinal), described);
    }

    [Fact]
    public void The_refusal_that_the_page_quotes_is_what_the_operator_says()
    {
        var document = JsonNode.Parse(Example)!;
        document["profiles"]![0]!["aws"]!["region"] = "mars";

        var refusal = Assert.Throws<ConfigurationException>(() => OptionsFile.Parse("config.json", document.ToJsonString())).Message;

        Assert.Contains($"    {refusal}\n", Page, StringComparison.Ordinal);
    }

    private static void Collect(JsonNode node, string path, HashSet<string> paths)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, value) in members)
                {
                    var member = path.Length == 0 ? name : $"{path}.{name}";
                    _ = paths.Add(member);
                    if (value is not null)
                    {
                        Collect(value, member, paths);
                    }
                }

                break;
            case JsonArray items:
                foreach (var item in items.Where(i => i?.GetValueKind() is JsonValueKind.Object))
                {
                    Collect(item!, path + "[]", paths);
                }

                break;
        }
    }

    [GeneratedRegex(@"```json\n(?<json>.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();

    [GeneratedRegex(@"^\| `(?<path>[a-z]\w*(?:\[\])?(?:\.\w+)*)` \|", RegexOptions.Multiline)]
    private static partial Regex FieldRow();
}
