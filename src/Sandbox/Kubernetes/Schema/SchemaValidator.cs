using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;

namespace GovernedFinetune.Sandbox.Kubernetes.Schema;

/// <summary>
/// Validates a value against a schema. On an update, what did not change is not judged again ("ratcheting"), so an
/// object stays editable after its schema became stricter.
/// </summary>
internal sealed class SchemaValidator
{
    private readonly List<FieldError> _errors = [];

    /// <summary>What is wrong with <paramref name="value"/>.</summary>
    /// <param name="value">The value.</param>
    /// <param name="old">The value before an update; null on creation.</param>
    /// <param name="schema">What it has to be.</param>
    /// <param name="path">Where it stands.</param>
    public static IReadOnlyList<FieldError> Validate(JsonNode? value, JsonNode? old, JsonSchema schema, FieldPath path)
    {
        var validator = new SchemaValidator();
        validator.Visit(value, old, schema, path);
        return validator._errors;
    }

    private void Visit(JsonNode? value, JsonNode? old, JsonSchema schema, FieldPath path)
    {
        if (old is not null && JsonNodes.Same(value, old))
        {
            return;
        }

        if (!CheckType(value, schema, path))
        {
            return;
        }

        CheckEnum(value, schema, path);
        switch (value)
        {
            case JsonObject members:
                VisitObject(members, old as JsonObject, schema, path);
                break;
            case JsonArray items:
                VisitArray(items, old as JsonArray, schema, path);
                break;
            case JsonValue when value.AsText() is { } text:
                CheckString(text, schema, path);
                break;
            case JsonValue when value.TryGetReal(out var number):
                CheckNumber(value, number, schema, path);
                break;
        }

        CheckCombinations(value, schema, path);
    }

    private bool CheckType(JsonNode? value, JsonSchema schema, FieldPath path)
    {
        if (value is null)
        {
            if (schema.Nullable || (schema.Type is null && !schema.IntOrString))
            {
                return false;
            }

            AddType(schema.IntOrString ? "integer,string" : schema.Type!, "null", path);
            return false;
        }

        var actual = TypeOf(value);
        var fits = schema.IntOrString
            ? actual is "integer" or "string"
            : schema.Type is null || schema.Type == actual || (schema.Type == "number" && actual == "integer");
        if (!fits)
        {
            AddType(schema.IntOrString ? "integer,string" : schema.Type!, actual, path);
        }

        return fits;
    }

    private void AddType(string expected, string actual, FieldPath path) =>
        _errors.Add(FieldError.TypeInvalid(path.ToString(), actual, $"{path} in body must be of type {expected}: \"{actual}\""));

    /// <summary>The JSON schema type of a value.</summary>
    internal static string TypeOf(JsonNode? value) => value switch
    {
        null => "null",
        JsonObject => "object",
        JsonArray => "array",
        _ => value.GetValueKind() switch
        {
            JsonValueKind.String => "string",
            JsonValueKind.True or JsonValueKind.False => "boolean",
            _ => value.TryGetWhole(out _) ? "integer" : "number",
        },
    };

    private void CheckEnum(JsonNode? value, JsonSchema schema, FieldPath path)
    {
        if (schema.Enum.Count > 0 && !schema.Enum.Any(allowed => JsonNodes.Same(allowed, value)))
        {
            _errors.Add(FieldError.NotSupported(path.ToString(), value, schema.Enum));
        }
    }

    private void VisitObject(JsonObject members, JsonObject? old, JsonSchema schema, FieldPath path)
    {
        foreach (var name in schema.Required.Where(name => !members.ContainsKey(name)))
        {
            _errors.Add(FieldError.Required(path.Child(name).ToString()));
        }

        if (schema.MinProperties is { } least && members.Count < least)
        {
            AddInvalid(path, members, $"should have at least {least} properties");
        }

        if (schema.MaxProperties is { } most && members.Count > most)
        {
            _errors.Add(FieldError.TooMany(path.ToString(), members.Count, most));
        }

        foreach (var (name, value) in members)
        {
            if (schema.Member(name) is { } member)
            {
                Visit(value, old?[name], member, path.Child(name));
            }
        }
    }

    private void VisitArray(JsonArray items, JsonArray? old, JsonSchema schema, FieldPath path)
    {
        if (schema.MinItems is { } least && items.Count < least)
        {
            AddInvalid(path, items, $"should have at least {least} items");
        }

        if (schema.MaxItems is { } most && items.Count > most)
        {
            _errors.Add(FieldError.TooMany(path.ToString(), items.Count, most));
        }

        if (schema.Items is { } item)
        {
            var before = ListMaps.Index(old, schema);
            for (var i = 0; i < items.Count; i++)
            {
                Visit(items[i], ListMaps.Find(before, items[i], schema), item, path.Item(i));
            }
        }

        _errors.AddRange(ListMaps.Duplicates(items, schema, path));
    }

    private void CheckString(string text, JsonSchema schema, FieldPath path)
    {
        var length = schema.MinLength is null && schema.MaxLength is null ? 0 : text.EnumerateRunes().Count();
        // Only the first of these is reported, as by the real server.
        if (schema.MaxLength is { } most && length > most)
        {
            _errors.Add(FieldError.TooLong(path.ToString(), most));
        }
        else if (schema.MinLength is { } least && length < least)
        {
            AddInvalid(path, text, $"should be at least {least} chars long");
        }
        else if (schema.CompiledPattern is { } pattern && !pattern.IsMatch(text))
        {
            AddInvalid(path, text, $"should match '{schema.Pattern}'");
        }

        if (schema.Format is { } format && schema.Type == "string" && !Formats.Fits(format, text))
        {
            _errors.Add(FieldError.TypeInvalid(path.ToString(), text, $"{path} in body must be of type {format}: {FieldError.Quote(text)}"));
        }
    }

    private void CheckNumber(JsonNode value, double number, JsonSchema schema, FieldPath path)
    {
        if (schema.Minimum is { } least && (schema.ExclusiveMinimum ? number <= least : number < least))
        {
            AddInvalid(path, value, $"should be greater than {(schema.ExclusiveMinimum ? "" : "or equal to ")}{Number(least)}");
        }

        if (schema.Maximum is { } most && (schema.ExclusiveMaximum ? number >= most : number > most))
        {
            AddInvalid(path, value, $"should be less than {(schema.ExclusiveMaximum ? "" : "or equal to ")}{Number(most)}");
        }

        if (schema.MultipleOf is { } impossible && impossible <= 0)
        {
            AddInvalid(path, value, $"factor MultipleOf declared for {path} must be positive: {Number(impossible)}");
        }
        else if (schema.MultipleOf is { } factor && Math.Abs(Math.IEEERemainder(number, factor)) > 1e-9 * factor)
        {
            AddInvalid(path, value, $"should be a multiple of {Number(factor)}");
        }

        if (schema.Format is { } format && !Formats.Fits(format, value))
        {
            AddInvalid(path, value, $"must be of type {schema.Type} with format {format}");
        }
    }

    private void CheckCombinations(JsonNode? value, JsonSchema schema, FieldPath path)
    {
        bool Fits(JsonSchema alternative) => Validate(value, null, alternative, path).Count == 0;

        foreach (var part in schema.AllOf)
        {
            _errors.AddRange(Validate(value, null, part, path));
        }

        if (schema.AnyOf.Count > 0 && !schema.AnyOf.Any(Fits))
        {
            _errors.Add(FieldError.Invalid(path.ToString(), "", $"\"{path}\" must validate at least one schema (anyOf)"));
        }

        if (schema.OneOf.Count > 0)
        {
            var fitting = schema.OneOf.Count(Fits);
            if (fitting != 1)
            {
                _errors.Add(FieldError.Invalid(path.ToString(), "", $"\"{path}\" must validate one and only one schema (oneOf). Found {(fitting == 0 ? "none" : fitting.ToString(CultureInfo.InvariantCulture))} valid"));
            }
        }

        if (schema.Not is { } not && Fits(not))
        {
            _errors.Add(FieldError.Invalid(path.ToString(), "", $"\"{path}\" must not validate the schema (not)"));
        }
    }

    private void AddInvalid(FieldPath path, JsonNode? value, string should) =>
        _errors.Add(FieldError.Invalid(path.ToString(), value is JsonObject or JsonArray ? value.DeepClone() : value, $"{path} in body {should}"));

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
