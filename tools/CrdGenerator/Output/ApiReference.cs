using System.Globalization;
using System.Text;
using GovernedFinetune.CrdGenerator.Schema;

namespace GovernedFinetune.CrdGenerator.Output;

/// <summary>Writes docs/api-reference.md: every field of both resources with its type, rules and meaning.</summary>
internal static class ApiReference
{
    public static string Write(IReadOnlyList<CustomResource> resources)
    {
        var text = new StringBuilder();
        text.Append("<!-- Generated from src/Entities by `make generate`. Change the C# types, not this file. -->\n");
        text.Append(CultureInfo.InvariantCulture, $"# API reference: {resources[0].Group}/{resources[0].Version}\n\n");
        text.Append("""
            Times are RFC 3339 in UTC. Durations are hours, minutes and seconds in this order (`1h30m`, `90s`). Decimals are
            strings. Names of tables, schemas and models are in lower case, as Unity Catalog stores them, and made of letters,
            digits, `_` and `-`. The operator never writes to `spec`; members of `status` are absent until they are known.

            A field that is marked *immutable* is compared as a whole: no member of it may be changed, added or removed after
            creation.


            """);
        foreach (var resource in resources)
        {
            Resource(text, resource);
        }

        return text.ToString().TrimEnd() + "\n";
    }

    private static void Resource(StringBuilder text, CustomResource resource)
    {
        text.Append(CultureInfo.InvariantCulture, $"## {resource.Kind}\n\n{resource.Schema.Description}\n\n");
        text.Append(CultureInfo.InvariantCulture,
            $"`kubectl get {resource.Plural}` (short {Code(resource.ShortNames)}, category {Code(resource.Categories)}); ");
        text.Append(CultureInfo.InvariantCulture, $"field selectors {Code(resource.SelectableFields.Select(path => path.TrimStart('.')))}.\n\n");

        text.Append("| Column | Shows | |\n|---|---|---|\n");
        foreach (var column in resource.PrinterColumns)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"| {column.Name.ToUpperInvariant()} | {Cell($"`{column.JsonPath}`")} | {(column.Priority == 0 ? "" : "wide")} |\n");
        }

        text.Append('\n');
        foreach (var property in resource.Schema.Properties.Where(property => property.Name is "spec" or "status"))
        {
            Object(text, $"{resource.Kind}.{property.Name}", property.Schema);
        }
    }

    private static void Object(StringBuilder text, string path, SchemaNode node)
    {
        text.Append(CultureInfo.InvariantCulture, $"### {path}\n\n{node.Description}\n\n");
        foreach (var rule in node.Rules.Where(rule => !rule.IsImmutability))
        {
            text.Append(CultureInfo.InvariantCulture, $"Rule: {rule.Message}.\n\n");
        }

        text.Append("| Field | Type | Rules | Meaning |\n|---|---|---|---|\n");
        foreach (var property in node.Properties)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"| `{property.Name}` | {TypeName(property.Schema)} | {Cell(Rules(property))} | {Cell(Meaning(property.Schema))} |\n");
        }

        text.Append('\n');
        foreach (var property in node.Properties)
        {
            if ((property.Schema.Items ?? property.Schema) is { Properties.Count: > 0 } nested)
            {
                Object(text, $"{path}.{property.Name}{(property.Schema.Items is null ? "" : "[]")}", nested);
            }
        }
    }

    private static string TypeName(SchemaNode node) => node switch
    {
        { Items: { } items } => $"list of {TypeName(items)}",
        { AdditionalProperties: { } values } => $"map of {TypeName(values)}",
        { Enum.Count: > 0 } => "enum",
        { Format: "date-time" } => "time",
        { Type: "integer" } => "integer",
        var other => other.Type,
    };

    private static string Meaning(SchemaNode node)
    {
        var values = node.Enum.Where(member => member.Description is not null).Select(member => $"`{member.Value}`: {member.Description}");
        return string.Join(" ", [node.Description, .. values]);
    }

    private static string Rules(SchemaProperty property) => string.Join("; ", Facts(property));

    private static IEnumerable<string> Facts(SchemaProperty property)
    {
        var node = property.Schema;
        if (property.Required)
        {
            yield return "required";
        }

        if (node.Default is { } value and not IDictionary<string, object>)
        {
            yield return $"default `{(value is bool flag ? (flag ? "true" : "false") : value)}`";
        }

        if (node.Rules.Any(rule => rule.IsImmutability))
        {
            yield return "immutable";
        }

        if (node.Enum.Any(member => member.Description is null))
        {
            yield return string.Join(", ", node.Enum.Select(member => $"`{member.Value}`"));
        }

        if (Range(node.Minimum, node.Maximum) is { } range)
        {
            yield return range;
        }

        if (Range(node.MinItems, node.MaxItems) is { } items)
        {
            yield return $"{items} items";
        }

        if (Range(node.MinProperties, node.MaxProperties) is { } members)
        {
            yield return $"{members} entries";
        }

        if (node.ListMapKeys.Count > 0)
        {
            yield return $"unique by {Code(node.ListMapKeys)}";
        }

        var text = node.Items ?? node.AdditionalProperties ?? node;
        if (Range(text.MinLength, text.MaxLength) is { } length)
        {
            yield return $"{length} characters";
        }

        if (text.Pattern is { } pattern)
        {
            yield return $"`{pattern}`";
        }

        // Rules of an object stand above its own table.
        foreach (var rule in node.Rules.Where(rule => node.Properties.Count == 0 && !rule.IsImmutability))
        {
            yield return rule.Message ?? $"`{rule.Rule}`";
        }
    }

    private static string? Range(double? minimum, double? maximum) => (minimum, maximum) switch
    {
        ({ } low, { } high) => string.Create(CultureInfo.InvariantCulture, $"{low} to {high}"),
        ({ } low, null) => string.Create(CultureInfo.InvariantCulture, $"at least {low}"),
        (null, { } high) => string.Create(CultureInfo.InvariantCulture, $"at most {high}"),
        _ => null,
    };

    private static string Code(IEnumerable<string> words) => string.Join(", ", words.Select(word => $"`{word}`"));

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
