using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using GovernedFinetune.Sandbox.Aws.Http;

namespace GovernedFinetune.Sandbox.Aws.Json;

/// <summary>
/// The constraints that a service's model puts on a member of a request. Errors read as AWS's own do:
/// <c>Value 'x' at 'resourceConfig.instanceType' failed to satisfy constraint: Member must ...</c>.
/// </summary>
internal abstract class Shape
{
    /// <summary>Whether the structure that has the member needs it.</summary>
    public bool IsRequired { get; private set; }

    public static Shape Boolean { get; } = new BooleanShape();

    /// <summary>Marks a shape, made for this one member, as needed.</summary>
    public Shape Required()
    {
        IsRequired = true;
        return this;
    }

    public static Shape Text(int min = 0, int max = int.MaxValue, string? pattern = null) => new TextShape(min, max, pattern, null);

    /// <summary>A text that no error message may repeat.</summary>
    public static Shape Sensitive(int min, int max) => new TextShape(min, max, null, null, isSensitive: true);

    public static Shape Enum(params string[] values) => new TextShape(0, int.MaxValue, null, values);

    public static Shape Integer(long min = long.MinValue, long max = long.MaxValue) => new IntegerShape(min, max);

    public static Shape List(Shape item, int min = 0, int max = int.MaxValue) => new ListShape(item, min, max);

    public static Shape Map(Shape key, Shape value, int min = 0, int max = int.MaxValue) => new MapShape(key, value, min, max);

    public static Shape Structure(params (string Name, Shape Shape)[] members) => new StructureShape(members);

    /// <summary>Checks a whole request.</summary>
    /// <exception cref="AwsException">A member has another type than the model's, or breaks a constraint.</exception>
    public void Validate(JsonObject request)
    {
        var errors = new List<string>();
        Check(request, "", errors);
        if (errors.Count > 0)
        {
            throw AwsException.Validation(
                $"{errors.Count} validation error{(errors.Count == 1 ? "" : "s")} detected: {string.Join("; ", errors)}");
        }
    }

    protected abstract void Check(JsonNode node, string path, List<string> errors);

    private static string Failed(string? value, string path, string constraint) =>
        $"Value {(value is null ? "null" : $"'{value}'")} at '{path}' failed to satisfy constraint: Member must {constraint}";

    private static AwsException WrongType(JsonNode node, string path, string expected) => new(400, "SerializationException",
        $"{node.GetValueKind().ToString().ToUpperInvariant()}_VALUE at '{path}' can not be converted to {expected}.");

    private static void CheckSize(int count, string path, int min, int max, List<string> errors)
    {
        if (count < min)
        {
            errors.Add(Failed($"[{count} items]", path, $"have length greater than or equal to {min}"));
        }
        else if (count > max)
        {
            errors.Add(Failed($"[{count} items]", path, $"have length less than or equal to {max}"));
        }
    }

    private sealed class BooleanShape : Shape
    {
        protected override void Check(JsonNode node, string path, List<string> errors)
        {
            if (node.GetValueKind() is not (JsonValueKind.True or JsonValueKind.False))
            {
                throw WrongType(node, path, "a Boolean");
            }
        }
    }

    private sealed class TextShape(int min, int max, string? pattern, string[]? values, bool isSensitive = false) : Shape
    {
        private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(1);

        private readonly Regex? _regex = pattern is null ? null : new Regex($@"\A(?:{pattern})\z", RegexOptions.CultureInvariant, MatchLimit);

        protected override void Check(JsonNode node, string path, List<string> errors)
        {
            if (node.GetValueKind() != JsonValueKind.String)
            {
                throw WrongType(node, path, "a String");
            }

            var text = node.GetValue<string>();
            var shown = isSensitive ? "***" : text;
            if (values is not null && !values.Contains(text))
            {
                errors.Add(Failed(shown, path, $"satisfy enum value set: [{string.Join(", ", values)}]"));
            }
            else if (text.Length > max)
            {
                errors.Add(Failed(shown, path, $"have length less than or equal to {max}"));
            }
            else if (text.Length < min)
            {
                errors.Add(Failed(shown, path, $"have length greater than or equal to {min}"));
            }
            else if (_regex?.IsMatch(text) == false)
            {
                errors.Add(Failed(shown, path, $"satisfy regular expression pattern: {pattern}"));
            }
        }
    }

    private sealed class IntegerShape(long min, long max) : Shape
    {
        protected override void Check(JsonNode node, string path, List<string> errors)
        {
            if (node is not JsonValue value || !value.TryGetValue<JsonElement>(out var element)
                || element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out var number))
            {
                throw WrongType(node, path, "an Integer");
            }

            if (number < min || number > max)
            {
                var constraint = number < min ? $"greater than or equal to {min}" : $"less than or equal to {max}";
                errors.Add(Failed(number.ToString(CultureInfo.InvariantCulture), path, $"have value {constraint}"));
            }
        }
    }

    private sealed class ListShape(Shape item, int min, int max) : Shape
    {
        protected override void Check(JsonNode node, string path, List<string> errors)
        {
            if (node is not JsonArray list)
            {
                throw WrongType(node, path, "a List");
            }

            CheckSize(list.Count, path, min, max, errors);
            for (var i = 0; i < list.Count; i++)
            {
                var at = $"{path}.{i + 1}.member";
                if (list[i] is { } element)
                {
                    item.Check(element, at, errors);
                }
                else
                {
                    errors.Add(Failed(null, at, "not be null"));
                }
            }
        }
    }

    private sealed class MapShape(Shape key, Shape value, int min, int max) : Shape
    {
        protected override void Check(JsonNode node, string path, List<string> errors)
        {
            if (node is not JsonObject map)
            {
                throw WrongType(node, path, "a Map");
            }

            CheckSize(map.Count, path, min, max, errors);
            foreach (var (name, element) in map)
            {
                key.Check(JsonValue.Create(name), $"{path}.key", errors);
                if (element is null)
                {
                    errors.Add(Failed(null, $"{path}.{name}.member", "not be null"));
                }
                else
                {
                    value.Check(element, $"{path}.{name}.member", errors);
                }
            }
        }
    }

    private sealed class StructureShape((string Name, Shape Shape)[] members) : Shape
    {
        protected override void Check(JsonNode node, string path, List<string> errors)
        {
            if (node is not JsonObject structure)
            {
                throw WrongType(node, path, "a Structure");
            }

            // Members that the model does not have are ignored, as the services ignore them.
            foreach (var (name, shape) in members)
            {
                var camel = char.ToLowerInvariant(name[0]) + name[1..];
                var at = path.Length == 0 ? camel : $"{path}.{camel}";
                if (structure[name] is { } member)
                {
                    shape.Check(member, at, errors);
                }
                else if (shape.IsRequired)
                {
                    errors.Add(Failed(null, at, "not be null"));
                }
            }
        }
    }
}
