using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace GovernedFinetune.Sandbox.Kubernetes.Json;

/// <summary>Reads one YAML document as the JSON that it stands for (YAML 1.1 scalars, as Kubernetes reads them).</summary>
internal static class YamlReading
{
    /// <summary>Aliases multiply what they point at; this bounds the result of a hostile document.</summary>
    private const int MaximumNodes = 200_000;

    /// <param name="text">The document.</param>
    /// <param name="duplicates">Takes the path of every key that occurs twice in its mapping.</param>
    /// <exception cref="FormatException">The text is not YAML, is too deep, or has keys that are not scalars.</exception>
    public static JsonNode? Parse(string text, ICollection<string>? duplicates = null)
    {
        try
        {
            var parser = new Parser(new StringReader(text));
            _ = parser.Consume<StreamStart>();
            if (!parser.TryConsume<DocumentStart>(out _))
            {
                return null;
            }

            var root = new Walk(parser, duplicates).Read("", 0);
            _ = parser.Consume<DocumentEnd>();
            return parser.Accept<StreamEnd>(out _)
                ? root
                : throw new FormatException("the body holds more than one YAML document");
        }
        catch (YamlException e)
        {
            throw new FormatException($"yaml: line {e.Start.Line}: {e.Message}", e);
        }
    }

    private sealed class Walk(Parser parser, ICollection<string>? duplicates)
    {
        private readonly Dictionary<AnchorName, JsonNode?> _anchors = [];
        private int _nodes;

        public JsonNode? Read(string path, int depth)
        {
            Count(1);
            if (depth > JsonReading.MaximumDepth)
            {
                throw new FormatException($"nested deeper than {JsonReading.MaximumDepth}");
            }

            if (parser.TryConsume<AnchorAlias>(out var alias))
            {
                var target = _anchors.TryGetValue(alias.Value, out var known)
                    ? known
                    : throw new FormatException($"unknown anchor '{alias.Value}'");
                Count(Size(target));
                return target?.DeepClone();
            }

            var anchor = parser.Current is NodeEvent { Anchor: { IsEmpty: false } name } ? name : AnchorName.Empty;
            JsonNode? node = parser.Current switch
            {
                MappingStart => ReadMapping(path, depth),
                SequenceStart => ReadSequence(path, depth),
                _ => ReadScalar(parser.Consume<Scalar>()),
            };
            if (!anchor.IsEmpty)
            {
                _anchors[anchor] = node;
            }

            return node;
        }

        private void Count(int nodes)
        {
            _nodes += nodes;
            if (_nodes > MaximumNodes)
            {
                throw new FormatException($"the document expands to more than {MaximumNodes} values");
            }
        }

        private static int Size(JsonNode? node) => node switch
        {
            JsonObject o => 1 + o.Sum(pair => Size(pair.Value)),
            JsonArray a => 1 + a.Sum(Size),
            _ => 1,
        };

        private JsonObject ReadMapping(string path, int depth)
        {
            _ = parser.Consume<MappingStart>();
            var result = new JsonObject();
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var key = parser.TryConsume<Scalar>(out var scalar)
                    ? scalar.Value
                    : throw new FormatException("a mapping has a key that is not a scalar");
                var child = path.Length == 0 ? key : $"{path}.{key}";
                if (result.ContainsKey(key))
                {
                    duplicates?.Add(child);
                }

                result[key] = Read(child, depth + 1);
            }

            return result;
        }

        private JsonArray ReadSequence(string path, int depth)
        {
            _ = parser.Consume<SequenceStart>();
            var result = new JsonArray();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                result.Add(Read($"{path}[{result.Count}]", depth + 1));
            }

            return result;
        }
    }

    private static JsonValue? ReadScalar(Scalar scalar)
    {
        if (scalar.Style != ScalarStyle.Plain || scalar.Tag == "tag:yaml.org,2002:str")
        {
            return JsonValue.Create(scalar.Value);
        }

        switch (scalar.Value)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return null;
            case "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON":
                return JsonValue.Create(true);
            case "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF":
                return JsonValue.Create(false);
        }

        var text = scalar.Value;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            return JsonValue.Create(whole);
        }

        var numeric = text[0] is (>= '0' and <= '9') or '-' or '+' or '.';
        return numeric
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real)
            && double.IsFinite(real)
                ? JsonValue.Create(real)
                : JsonValue.Create(text);
    }
}
