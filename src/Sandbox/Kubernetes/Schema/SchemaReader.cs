using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;

namespace GovernedFinetune.Sandbox.Kubernetes.Schema;

/// <summary>Builds <see cref="JsonSchema"/> from its JSON. What this server does not implement is an error, never ignored.</summary>
internal sealed class SchemaReader
{
    private static readonly string[] Unimplemented =
        ["definitions", "dependencies", "patternProperties", "additionalItems", "id", "$schema"];

    private readonly JsonObject? _definitions;
    private readonly Dictionary<string, JsonSchema> _resolved = new(StringComparer.Ordinal);

    /// <param name="definitions">What <c>$ref</c> may point at; none for custom resources, where it is forbidden.</param>
    public SchemaReader(JsonObject? definitions = null) => _definitions = definitions;

    /// <summary>What was wrong with the schemas read so far.</summary>
    public List<FieldError> Errors { get; } = [];

    /// <summary>Reads one schema node.</summary>
    public JsonSchema Read(JsonObject json, FieldPath path)
    {
        if (json.Text("$ref") is { } reference)
        {
            if (_definitions is not null)
            {
                return Resolve(reference);
            }

            Errors.Add(FieldError.Forbidden(path.Child("$ref").ToString(), "$ref is not supported"));
        }

        var schema = new JsonSchema();
        Fill(schema, json, path);
        return schema;
    }

    private JsonSchema Resolve(string reference)
    {
        var name = reference[(reference.LastIndexOf('/') + 1)..];
        if (_resolved.TryGetValue(name, out var known))
        {
            return known;
        }

        // Registered before it is filled, so that a definition may contain itself.
        var schema = _resolved[name] = new JsonSchema();
        var json = _definitions!.Object(name) ?? throw new FormatException($"There is no definition '{name}'.");
        Fill(schema, json, FieldPath.Of(name));
        return schema;
    }

    private void Fill(JsonSchema schema, JsonObject json, FieldPath path)
    {
        schema.Type = json.Text("type");
        schema.Format = json.Text("format");
        schema.Nullable = json.Flag("nullable");
        schema.Default = json["default"];
        schema.Required = [.. json["required"].Texts()];
        schema.Enum = json["enum"] is JsonArray values ? [.. values] : [];
        schema.Minimum = Real(json, "minimum");
        schema.Maximum = Real(json, "maximum");
        schema.ExclusiveMinimum = json.Flag("exclusiveMinimum");
        schema.ExclusiveMaximum = json.Flag("exclusiveMaximum");
        schema.MultipleOf = Real(json, "multipleOf");
        schema.MinLength = json.Whole("minLength");
        schema.MaxLength = json.Whole("maxLength");
        schema.MinItems = json.Whole("minItems");
        schema.MaxItems = json.Whole("maxItems");
        schema.MinProperties = json.Whole("minProperties");
        schema.MaxProperties = json.Whole("maxProperties");
        schema.PreserveUnknown = json.Flag("x-kubernetes-preserve-unknown-fields");
        schema.EmbeddedResource = json.Flag("x-kubernetes-embedded-resource");
        schema.IntOrString = json.Flag("x-kubernetes-int-or-string");
        schema.ListType = json.Text("x-kubernetes-list-type");
        schema.ListMapKeys = [.. json["x-kubernetes-list-map-keys"].Texts()];
        schema.MapType = json.Text("x-kubernetes-map-type");
        schema.PatchStrategy = json.Text("x-kubernetes-patch-strategy");
        schema.PatchMergeKey = json.Text("x-kubernetes-patch-merge-key");
        schema.Rules = [.. (json.Array("x-kubernetes-validations") ?? []).OfType<JsonObject>().Select(ReadRule)];
        ReadPattern(schema, json, path);
        ReadChildren(schema, json, path);
        RefuseUnimplemented(json, path);
    }

    private void ReadPattern(JsonSchema schema, JsonObject json, FieldPath path)
    {
        schema.Pattern = json.Text("pattern");
        if (string.IsNullOrEmpty(schema.Pattern))
        {
            schema.Pattern = null;
            return;
        }

        try
        {
            schema.CompiledPattern = Re2.Compile(schema.Pattern);
        }
        catch (FormatException e)
        {
            Errors.Add(FieldError.Invalid(path.Child("pattern").ToString(), schema.Pattern, $"must be a valid regular expression, but isn't: {e.Message}"));
        }
    }

    private void ReadChildren(JsonSchema schema, JsonObject json, FieldPath path)
    {
        foreach (var (name, node) in json.Object("properties") ?? [])
        {
            if (node is JsonObject child)
            {
                schema.Properties[name] = Read(child, path.Child("properties").Key(name));
            }
        }

        switch (json["items"])
        {
            case JsonObject items:
                schema.Items = Read(items, path.Child("items"));
                break;
            case JsonArray:
                Errors.Add(FieldError.Forbidden(path.Child("items").ToString(), "items must be a schema object and not an array"));
                break;
        }

        switch (json["additionalProperties"])
        {
            case JsonObject values:
                schema.AdditionalProperties = Read(values, path.Child("additionalProperties"));
                break;
            case JsonValue when json.Flag("additionalProperties"):
                schema.AnyAdditionalProperties = true;
                break;
        }

        schema.AllOf = ReadAll(json, "allOf", path);
        schema.AnyOf = ReadAll(json, "anyOf", path);
        schema.OneOf = ReadAll(json, "oneOf", path);
        schema.Not = json.Object("not") is { } not ? Read(not, path.Child("not")) : null;
    }

    private List<JsonSchema> ReadAll(JsonObject json, string keyword, FieldPath path) =>
        [.. (json.Array(keyword) ?? []).OfType<JsonObject>().Select((child, i) => Read(child, path.Child(keyword).Item(i)))];

    private void RefuseUnimplemented(JsonObject json, FieldPath path)
    {
        foreach (var keyword in Unimplemented.Where(json.ContainsKey))
        {
            Errors.Add(FieldError.Forbidden(path.Child(keyword).ToString(), $"{keyword} is not supported"));
        }

        if (json.Flag("uniqueItems"))
        {
            Errors.Add(FieldError.Forbidden(path.Child("uniqueItems").ToString(), "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"));
        }

        if (json.Text("format") is { } format && Formats.IsUnimplemented(format))
        {
            Errors.Add(FieldError.Invalid(path.Child("format").ToString(), format, "the sandbox's API server does not implement this format"));
        }
    }

    private static RuleSource ReadRule(JsonObject rule) => new(
        rule.Text("rule") ?? "",
        rule.Text("message"),
        rule.Text("messageExpression"),
        rule.Text("reason"),
        rule.Text("fieldPath"),
        rule.Flag("optionalOldSelf"));

    private static double? Real(JsonObject json, string name) => json[name].TryGetReal(out var real) ? real : null;
}
