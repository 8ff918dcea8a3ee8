using System.Globalization;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Http;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Objects;

namespace GovernedFinetune.Sandbox.Kubernetes.Selectors;

/// <summary>A label selector such as <c>app=x,tier in (a, b),!legacy</c>.</summary>
internal sealed class LabelSelector
{
    private const int MaximumRequirements = 1000;
    private readonly List<Requirement> _requirements = [];

    private enum Operator
    {
        In,
        NotIn,
        Exists,
        DoesNotExist,
        GreaterThan,
        LessThan,
    }

    /// <summary>Whether the selector takes everything.</summary>
    public bool IsEmpty => _requirements.Count == 0;

    /// <exception cref="StatusException">The text is not a selector.</exception>
    public static LabelSelector Parse(string text)
    {
        var selector = new LabelSelector();
        foreach (var part in Split(text))
        {
            if (selector._requirements.Count == MaximumRequirements)
            {
                throw Bad(text, $"more than {MaximumRequirements} requirements");
            }

            selector._requirements.Add(Read(part, text));
        }

        return selector;
    }

    /// <summary>Reads the selector of an object, which has <c>matchLabels</c> and <c>matchExpressions</c> that were validated.</summary>
    public static LabelSelector Of(JsonObject json)
    {
        var selector = new LabelSelector();
        selector._requirements.AddRange((json.Object("matchLabels") ?? []).Select(l => new Requirement(l.Key, Operator.In, [l.Value.AsText() ?? ""])));
        selector._requirements.AddRange((json.Array("matchExpressions") ?? []).Select(e => new Requirement(
            e.Text("key") ?? "",
            Enum.Parse<Operator>(e.Text("operator")!),
            [.. (e as JsonObject)?["values"].Texts() ?? []])));
        return selector;
    }

    /// <summary>Whether an object's labels fit.</summary>
    public bool Matches(JsonObject json)
    {
        var labels = json.Object("metadata").Object("labels");
        return _requirements.TrueForAll(r => r.Holds(labels.Text(r.Key)));
    }

    /// <summary>Splits at the commas outside parentheses.</summary>
    private static IEnumerable<string> Split(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            yield break;
        }

        var (start, depth) = (0, 0);
        for (var i = 0; i < text.Length; i++)
        {
            depth += text[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (text[i] == ',' && depth == 0)
            {
                yield return text[start..i].Trim();
                start = i + 1;
            }
        }

        yield return text[start..].Trim();
    }

    private static Requirement Read(string part, string whole)
    {
        if (part.StartsWith('!'))
        {
            return new(Key(part[1..].Trim(), whole), Operator.DoesNotExist, []);
        }

        foreach (var (symbol, operation) in new[] { ("!=", Operator.NotIn), ("==", Operator.In), ("=", Operator.In), (">", Operator.GreaterThan), ("<", Operator.LessThan) })
        {
            var at = part.IndexOf(symbol, StringComparison.Ordinal);
            if (at >= 0)
            {
                var value = Value(part[(at + symbol.Length)..].Trim(), whole);
                return operation is Operator.GreaterThan or Operator.LessThan && !long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
                    ? throw Bad(whole, $"values[0]: Invalid value: \"{value}\": for 'Gt', 'Lt' operators, the value must be an integer")
                    : new(Key(part[..at].Trim(), whole), operation, [value]);
            }
        }

        var open = part.IndexOf('(', StringComparison.Ordinal);
        if (open < 0)
        {
            return new(Key(part, whole), Operator.Exists, []);
        }

        var words = part[..open].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is not [var key, "in" or "notin"] || !part.EndsWith(')'))
        {
            throw Bad(whole, $"unable to parse requirement: '{part}'");
        }

        HashSet<string> values = [.. part[(open + 1)..^1].Split(',').Select(v => Value(v.Trim(), whole))];
        return new(Key(key, whole), words[1] == "in" ? Operator.In : Operator.NotIn, values);
    }

    private static string Key(string key, string whole) =>
        NameRules.Qualified(key) is { } wrong ? throw Bad(whole, $"key: Invalid value: \"{key}\": {wrong}") : key;

    private static string Value(string value, string whole) =>
        NameRules.LabelValue(value) is { } wrong ? throw Bad(whole, $"values: Invalid value: \"{value}\": {wrong}") : value;

    private static StatusException Bad(string text, string why) =>
        Refusals.BadRequest($"unable to parse label selector '{text}': {why}");

    private sealed record Requirement(string Key, Operator Operator, HashSet<string> Values)
    {
        public bool Holds(string? label) => Operator switch
        {
            Operator.In => label is not null && Values.Contains(label),
            Operator.NotIn => label is null || !Values.Contains(label),
            Operator.Exists => label is not null,
            Operator.DoesNotExist => label is null,
            _ => long.TryParse(label, out var actual) && long.TryParse(Values.First(), out var bound)
                && (Operator == Operator.GreaterThan ? actual > bound : actual < bound),
        };
    }
}
