using System.Text.RegularExpressions;

namespace GovernedFinetune.Entities.Tests;

/// <summary>What a real API server demands of a structural schema, and what it charges for.</summary>
public sealed partial class StructuralSchemaTests
{
    [Fact]
    public void Every_node_but_the_standard_members_is_described()
    {
        var silent = SchemaWalk.All()
            .Where(entry => string.IsNullOrWhiteSpace(entry.Node.Description))
            .Select(entry => entry.Path)
            .Where(path => !path.EndsWith(".metadata", StringComparison.Ordinal) && path[^1] is not (']' or '}'));

        Assert.Empty(silent);
    }

    [Fact]
    public void Every_value_of_an_enumeration_of_ours_is_explained()
    {
        var silent = SchemaWalk.All()
            .Where(entry => !entry.Path.EndsWith("conditions[].status", StringComparison.Ordinal))
            .SelectMany(entry => entry.Node.Enum.Where(member => member.Description is null).Select(member => $"{entry.Path}={member.Value}"));

        Assert.Empty(silent);
    }

    [Fact]
    public void Every_node_says_what_it_is_and_what_it_holds()
    {
        Assert.All(SchemaWalk.All(), entry =>
        {
            Assert.Contains(entry.Node.Type, new[] { "object", "array", "string", "integer", "boolean" });
            Assert.Equal(entry.Node.Type == "array", entry.Node.Items is not null);
            Assert.False(entry.Node.AdditionalProperties is not null && entry.Node.Properties.Count > 0, entry.Path);
        });
    }

    [Fact]
    public void Status_has_no_defaults()
    {
        Assert.Empty(SchemaWalk.All()
            .Where(entry => entry.Path.Contains(".status", StringComparison.Ordinal) && entry.Node.Default is not null)
            .Select(entry => entry.Path));
    }

    [Fact]
    public void Nothing_in_status_is_required_but_list_keys_and_results()
    {
        // A required member would make the first status write of an older operator fail.
        var required = SchemaWalk.Resources.SelectMany(resource => SchemaWalk.Below("status", resource.At("status")))
            .SelectMany(entry => entry.Node.Properties.Where(property => property.Required).Select(property => $"{entry.Path}.{property.Name}"));

        Assert.Equal(
            ["status.checks[].name", "status.checks[].privilege", "status.checks[].result", "status.checks[].securable",
             "status.conditions[].status", "status.conditions[].type"],
            required.Distinct().Order());
    }

    [Theory]
    [InlineData("FineTuneRun", "status.conditions", "type")]
    [InlineData("DatasetGrant", "status.conditions", "type")]
    [InlineData("DatasetGrant", "status.checks", "securable,name,privilege")]
    public void Lists_with_keys_require_them(string kind, string path, string keys)
    {
        var list = SchemaWalk.Resources.Single(resource => resource.Kind == kind).At(path);

        Assert.Equal("map", list.ListType);
        Assert.Equal(keys.Split(','), list.ListMapKeys);
        Assert.All(list.ListMapKeys, key => Assert.True(list.Items!.Properties.Single(property => property.Name == key).Required));
    }

    [Fact]
    public void Every_list_says_how_it_merges()
    {
        Assert.All(SchemaWalk.All().Where(entry => entry.Node.Type == "array"), entry => Assert.NotNull(entry.Node.ListType));
    }

    [Fact]
    public void Everything_in_spec_is_bounded()
    {
        // CEL is charged for the largest value that the schema admits.
        var unbounded = SchemaWalk.Resources.SelectMany(resource => SchemaWalk.Below($"{resource.Kind}.spec", resource.At("spec")))
            .Where(entry => entry.Node switch
            {
                { Type: "array" } => entry.Node.MaxItems is null,
                { AdditionalProperties: not null } => entry.Node.MaxProperties is null,
                { Type: "string", Enum.Count: 0, Format: null } => entry.Node.MaxLength is null,
                { Type: "integer" } => entry.Node.Minimum is null,
                _ => false,
            })
            .Select(entry => entry.Path);

        Assert.Empty(unbounded);
    }

    [Fact]
    public void Every_default_satisfies_its_own_schema()
    {
        Assert.All(SchemaWalk.All().Where(entry => entry.Node.Default is not null), entry =>
            Assert.Empty(SchemaCheck.Violations(entry.Node, entry.Node.Default!, entry.Path)));
    }

    [Fact]
    public void Patterns_keep_to_what_re2_reads()
    {
        // Look-around, back references, possessive and atomic groups are not in RE2; \d, \w, \s and \b mean more in .NET.
        var foreign = ForeignToRe2();
        Assert.All(
            SchemaWalk.All().Where(entry => entry.Node.Pattern is not null),
            entry => Assert.DoesNotMatch(foreign, entry.Node.Pattern!));
    }

    [Fact]
    public void Selectable_fields_are_scalars_of_the_schema()
    {
        Assert.All(SchemaWalk.Resources, resource =>
        {
            Assert.InRange(resource.SelectableFields.Count, 1, 8);
            Assert.All(resource.SelectableFields, path => Assert.Equal("string", resource.At(path.TrimStart('.')).Type));
        });
    }

    [GeneratedRegex(@"\(\?|\\[1-9dDwWsSbB]|[*+?}]\+")]
    private static partial Regex ForeignToRe2();
}
