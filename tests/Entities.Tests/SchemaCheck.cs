using System.Collections;
using System.Globalization;
using System.Text.RegularExpressions;
using GovernedFinetune.CrdGenerator.Schema;

namespace GovernedFinetune.Entities.Tests;

/// <summary>
/// Checks a value against a schema as an API server does before CEL: unknown members (strict), types, required members and
/// limits. Values are strings, bools, integers, dictionaries and lists.
/// </summary>
internal static class SchemaCheck
{
    public static IEnumerable<string> Violations(SchemaNode node, object value, string path) => (node.Type, value) switch
    {
        ("object", IDictionary members) => Object(node, members, path),
        ("array", IList items) => List(node, items, path),
        ("string", string text) => Text(node, text, path),
        ("boolean", bool) => [],
        ("integer", int or long) => Number(node, Convert.ToInt64(value, CultureInfo.InvariantCulture), path),
        _ => [$"{path}: {value} ({value.GetType().Name}) is not of type {node.Type}"],
    };

    private static IEnumerable<string> Object(SchemaNode node, IDictionary members, string path)
    {
        if (node.Properties.Count == 0 && node.AdditionalProperties is null)
        {
            return [];
        }

        var known = node.Properties.ToDictionary(property => property.Name, property => property.Schema);
        var missing = node.Properties
            .Where(property => property.Required && !members.Contains(property.Name))
            .Select(property => $"{path}.{property.Name}: required");
        var nested = members.Keys.Cast<string>().SelectMany(name =>
            (known.GetValueOrDefault(name) ?? node.AdditionalProperties) is { } schema
                ? Violations(schema, members[name]!, $"{path}.{name}")
                : [$"{path}.{name}: unknown"]);
        return missing.Concat(nested);
    }

    private static IEnumerable<string> List(SchemaNode node, IList items, string path) => items.Cast<object>()
        .SelectMany((item, index) => Violations(node.Items!, item, $"{path}[{index}]"))
        .Concat(Outside(items.Count, node.MinItems, node.MaxItems) ? [$"{path}: {items.Count} items"] : []);

    private static IEnumerable<string> Text(SchemaNode node, string text, string path)
    {
        if (Outside(text.Length, node.MinLength, node.MaxLength))
        {
            yield return $"{path}: '{text}' has {text.Length} characters";
        }

        // A final newline is no match in Kubernetes, and is one for .NET's $.
        if (node.Pattern is { } pattern && (text.EndsWith('\n') || !Regex.IsMatch(text, pattern)))
        {
            yield return $"{path}: '{text}' does not match {pattern}";
        }

        if (node.Enum.Count > 0 && node.Enum.All(member => member.Value != text))
        {
            yield return $"{path}: '{text}' is none of the enumeration";
        }
    }

    private static IEnumerable<string> Number(SchemaNode node, long number, string path) =>
        Outside(number, (long?)node.Minimum, (long?)node.Maximum) ? [$"{path}: {number} is out of range"] : [];

    private static bool Outside(long value, long? minimum, long? maximum) => value < minimum || value > maximum;
}
