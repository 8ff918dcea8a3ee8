using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Http;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Resources;

namespace GovernedFinetune.Sandbox.Kubernetes.Selectors;

/// <summary>A field selector such as <c>metadata.name=x,spec.profile!=default</c>.</summary>
internal sealed class FieldSelector
{
    private readonly List<(string Field, string Value, bool Equal)> _terms = [];

    /// <summary>Whether the selector takes everything.</summary>
    public bool IsEmpty => _terms.Count == 0;

    /// <exception cref="StatusException">The text is not a selector, or names a field that the resource does not offer.</exception>
    public static FieldSelector Parse(ResourceType type, string text)
    {
        var selector = new FieldSelector();
        foreach (var term in Split(text).Where(t => t.Length > 0))
        {
            if (term.IndexOf('=', StringComparison.Ordinal) is > 0 and var at && Malformed(term[(at + 1)..]) is { } wrong)
            {
                throw Refusals.BadRequest($"invalid field selector: {wrong}");
            }

            var (field, value, equal) = Term(term) ?? throw Bad(type, text, $"invalid selector: '{text}'; can't understand '{term}'");
            if (field is not ("metadata.name" or "metadata.namespace") && !type.SelectableFields.Contains(field))
            {
                throw Bad(type, text, $"field label not supported: {field}");
            }

            selector._terms.Add((field, value, equal));
        }

        return selector;
    }

    /// <summary>The one name that a selector asks for, or null. Authorization counts such a request as one about that object.</summary>
    public static string? ExactName(string text) => Split(text)
        .Select(Term)
        .Where(t => t is { Field: "metadata.name", Equal: true })
        .Select(t => t!.Value.Value)
        .FirstOrDefault(name => name.Length > 0);

    /// <summary>Whether an object's fields fit; an absent field counts as empty.</summary>
    public bool Matches(JsonObject json) => _terms.TrueForAll(t => (Read(json, t.Field) == t.Value) == t.Equal);

    private static (string Field, string Value, bool Equal)? Term(string term)
    {
        var at = term.IndexOf('=', StringComparison.Ordinal);
        if (at < 1)
        {
            return null;
        }

        var equal = term[at - 1] != '!';
        var value = term[(at + 1)..];
        return (term[..(equal ? at : at - 1)].Trim(), Unescape(equal && value.StartsWith('=') ? value[1..] : value), equal);
    }

    private static string Read(JsonObject json, string field)
    {
        JsonNode? at = json;
        foreach (var name in field.Split('.'))
        {
            at = (at as JsonObject)?[name];
        }

        return at?.GetValueKind() switch
        {
            null => "",
            JsonValueKind.String => at.GetValue<string>(),
            JsonValueKind.Object when at.Text("component") is { } component => component,
            _ => at.ToText(),
        };
    }

    /// <summary>Splits at the commas that no backslash precedes.</summary>
    private static IEnumerable<string> Split(string text)
    {
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == ',')
            {
                yield return text[start..i];
                start = i + 1;
            }
        }

        yield return text[start..];
    }

    /// <summary>In a value, <c>=</c>, <c>,</c> and the backslash are written with a backslash before them, and nothing else is.</summary>
    private static string? Malformed(string value)
    {
        for (var i = value.StartsWith('=') ? 1 : 0; i < value.Length; i++)
        {
            if (value[i] == '=')
            {
                return $"unescaped character in value: {(int)value[i]}";
            }

            if (value[i] == '\\' && (++i == value.Length || value[i] is not ('\\' or ',' or '=')))
            {
                return $"invalid escape sequence: {value[(i - 1)..Math.Min(i + 1, value.Length)]}";
            }
        }

        return null;
    }

    private static string Unescape(string value)
    {
        var result = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '\\' && i + 1 < value.Length)
            {
                i++;
            }

            _ = result.Append(value[i]);
        }

        return result.ToString();
    }

    private static StatusException Bad(ResourceType type, string text, string why) =>
        Refusals.BadRequest($"Unable to find \"{type.ApiVersion}, Resource={type.Plural}\" that match label selector \"\", field selector \"{text}\": {why}");
}
