using System.Globalization;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;

namespace GovernedFinetune.Sandbox.Kubernetes.Tables;

/// <summary>
/// The JSONPath of printer columns and selectable fields: <c>.a.b</c>, <c>['a.b']</c>, <c>[0]</c>, <c>[-1]</c>,
/// <c>[*]</c>, <c>.*</c>, <c>..a</c> and filters such as <c>[?(@.type=="Ready")]</c>, alone or with <c>&amp;&amp;</c> and
/// <c>||</c>. Several paths may be joined by commas.
/// </summary>
internal sealed class JsonPath
{
    private readonly IReadOnlyList<IReadOnlyList<IStep>> _paths;

    private JsonPath(string source, IReadOnlyList<IReadOnlyList<IStep>> paths)
    {
        Source = source;
        _paths = paths;
    }

    /// <summary>One step along a path.</summary>
    internal interface IStep
    {
        IEnumerable<JsonNode?> Take(JsonNode? from);
    }

    /// <summary>The path as written.</summary>
    public string Source { get; }

    /// <exception cref="FormatException">The path is malformed or uses what is not implemented.</exception>
    public static JsonPath Parse(string source) => new(source, JsonPathParser.Parse(source));

    /// <summary>Every value at the path.</summary>
    public IEnumerable<JsonNode?> Find(JsonNode? root)
    {
        foreach (var path in _paths)
        {
            IEnumerable<JsonNode?> found = [root];
            foreach (var step in path)
            {
                found = found.SelectMany(step.Take).ToList();
            }

            foreach (var node in found)
            {
                yield return node;
            }
        }
    }

    internal sealed record Member(string Name) : IStep
    {
        public IEnumerable<JsonNode?> Take(JsonNode? from) =>
            from is JsonObject members && members.TryGetPropertyValue(Name, out var value) ? [value] : [];
    }

    internal sealed record Index(int At) : IStep
    {
        public IEnumerable<JsonNode?> Take(JsonNode? from)
        {
            if (from is not JsonArray items)
            {
                return [];
            }

            var at = At < 0 ? items.Count + At : At;
            return at >= 0 && at < items.Count ? [items[at]] : [];
        }
    }

    internal sealed record Every : IStep
    {
        public IEnumerable<JsonNode?> Take(JsonNode? from) => from switch
        {
            JsonArray items => items,
            JsonObject members => members.Select(m => m.Value),
            _ => [],
        };
    }

    internal sealed record Deep(string Name) : IStep
    {
        public IEnumerable<JsonNode?> Take(JsonNode? from)
        {
            if (from is JsonObject members && members.TryGetPropertyValue(Name, out var value))
            {
                yield return value;
            }

            foreach (var found in new Every().Take(from).SelectMany(Take))
            {
                yield return found;
            }
        }
    }

    internal sealed record Filter(Func<JsonNode?, bool> Holds) : IStep
    {
        public IEnumerable<JsonNode?> Take(JsonNode? from) => from is JsonArray items ? items.Where(Holds) : [];
    }

    /// <summary>Compares as the filters of kubectl do: numbers as numbers, everything else as text.</summary>
    internal static bool Compare(JsonNode? left, string comparison, JsonNode? right)
    {
        int order;
        if (left.TryGetReal(out var x) && right.TryGetReal(out var y))
        {
            order = x.CompareTo(y);
        }
        else
        {
            order = string.CompareOrdinal(Text(left), Text(right));
        }

        return comparison switch
        {
            "==" => order == 0,
            "!=" => order != 0,
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            _ => order >= 0,
        };
    }

    private static string Text(JsonNode? node) => node.AsText() ?? (node.TryGetWhole(out var whole) ? whole.ToString(CultureInfo.InvariantCulture) : node.ToText());
}
