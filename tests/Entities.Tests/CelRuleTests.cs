using System.Text.RegularExpressions;
using GovernedFinetune.CrdGenerator.Schema;

namespace GovernedFinetune.Entities.Tests;

public sealed partial class CelRuleTests
{
    /// <summary>Top-level fields of a run's spec that may change after creation (design section 3).</summary>
    private static readonly string[] MutableInRun = ["onDelete", "suspend", "ttlAfterFinished"];

    [Fact]
    public void Every_field_of_a_run_is_immutable_but_the_three_that_may_change()
    {
        var open = SchemaWalk.Run.At("spec").Properties
            .Where(property => !property.Schema.Rules.Any(rule => rule.IsImmutability))
            .Select(property => property.Name);

        Assert.Equal(MutableInRun, open.Order());
    }

    [Fact]
    public void Only_the_profile_of_a_grant_is_immutable()
    {
        var closed = SchemaWalk.Grant.At("spec").Properties
            .Where(property => property.Schema.Rules.Any(rule => rule.IsImmutability))
            .Select(property => property.Name);

        Assert.Equal(["profile"], closed);
    }

    [Fact]
    public void An_immutable_field_can_be_neither_removed_nor_added_later()
    {
        // A transition rule is skipped when one side is absent, and optionalOldSelf is newer than Kubernetes 1.30. So the
        // field must always be there: required, or filled in by a default.
        var evadable = SchemaWalk.Resources.SelectMany(resource => resource.At("spec").Properties)
            .Where(property => property.Schema.Rules.Any(rule => rule.IsImmutability))
            .Where(property => !property.Required && property.Schema.Default is null)
            .Select(property => property.Name);

        Assert.Empty(evadable);
        Assert.All(SchemaWalk.Resources, resource => Assert.True(resource.Schema.Properties.Single(property => property.Name == "spec").Required));
    }

    [Fact]
    public void Transition_rules_stand_on_no_list_item_and_no_map_value()
    {
        Assert.DoesNotContain(
            SchemaWalk.All().Where(entry => entry.Path.Contains('[', StringComparison.Ordinal) || entry.Path.Contains('{', StringComparison.Ordinal)),
            entry => entry.Node.Rules.Any(rule => rule.Rule.Contains("oldSelf", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_immutable_field_is_refused_by_name_and_as_forbidden()
    {
        Assert.All(Rules().Where(entry => entry.Rule.IsImmutability), entry =>
        {
            Assert.StartsWith($"{entry.Path.Split('.')[^1]} is immutable: ", entry.Rule.Message, StringComparison.Ordinal);
            Assert.Equal("FieldValueForbidden", entry.Rule.Reason);
        });
    }

    [Theory]
    [InlineData("FineTuneRun", "spec", "self.preprocessing.outputTable != self.source.table", ".preprocessing.outputTable")]
    [InlineData("FineTuneRun", "spec.training", "!has(self.spot) || duration(self.spot.maxWait) >= duration(self.maxRuntime)", ".spot.maxWait")]
    [InlineData("FineTuneRun", "spec.training.maxRuntime", "duration(self) > duration('0s') && duration(self) <= duration('672h')", null)]
    [InlineData("FineTuneRun", "spec.preprocessing.timeout", "duration(self) > duration('0s') && duration(self) <= duration('168h')", null)]
    [InlineData("FineTuneRun", "spec.model", "self.id.matches('^builtin/') || self.revision.matches('^[0-9a-f]{40}$')", ".revision")]
    [InlineData("FineTuneRun", "spec.registry.alias", "!self.matches('^(latest|v[0-9]+)$')", null)]
    [InlineData("DatasetGrant", "spec.recheckInterval", "duration(self) >= duration('1s') && duration(self) <= duration('24h')", null)]
    public void Rules_across_fields_are_in_the_schema(string kind, string path, string rule, string? fieldPath)
    {
        var node = SchemaWalk.Resources.Single(resource => resource.Kind == kind).At(path);

        var found = Assert.Single(node.Rules, candidate => candidate.Rule == rule);
        Assert.Equal(fieldPath, found.FieldPath);
        Assert.False(string.IsNullOrWhiteSpace(found.Message));
    }

    [Fact]
    public void Field_paths_point_into_the_schema()
    {
        Assert.All(Rules().Where(entry => entry.Rule.FieldPath is not null), entry =>
        {
            var resource = SchemaWalk.Resources.Single(candidate => entry.Path.StartsWith(candidate.Kind + ".", StringComparison.Ordinal));
            Assert.NotNull(resource.At(entry.Path[(resource.Kind.Length + 1)..] + entry.Rule.FieldPath));
        });
    }

    [Fact]
    public void Messages_fit_one_line_of_kubectl()
    {
        Assert.All(Rules(), entry =>
        {
            Assert.NotNull(entry.Rule.Message);
            Assert.InRange(entry.Rule.Message.Length, 1, 160);
            Assert.DoesNotContain('\n', entry.Rule.Message);
        });
    }

    [Fact]
    public void Rules_call_nothing_outside_the_small_subset()
    {
        // The subset that the sandbox evaluates too; strings are cut out first, so that patterns do not count.
        var calls = Rules().SelectMany(entry => Call().Matches(Literal().Replace(entry.Rule.Rule, "''"))).Select(match => match.Groups[1].Value);

        Assert.Subset(new HashSet<string> { "has", "size", "matches", "duration" }, calls.ToHashSet());
    }

    private static IEnumerable<(string Path, ValidationRule Rule)> Rules() =>
        SchemaWalk.All().SelectMany(entry => entry.Node.Rules.Select(rule => (entry.Path, rule)));

    [GeneratedRegex("'[^']*'")]
    private static partial Regex Literal();

    [GeneratedRegex(@"([A-Za-z_]+)\(")]
    private static partial Regex Call();
}
