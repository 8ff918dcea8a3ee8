using System.Text.Json;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;

namespace GovernedFinetune.Sandbox.Kubernetes.Schema;

/// <summary>The rules that make a schema "structural"; a real server refuses every other one, so this one does too.</summary>
internal sealed class StructuralRules
{
    private static readonly HashSet<string> Types = new(StringComparer.Ordinal) { "object", "array", "string", "integer", "number", "boolean" };

    private readonly List<FieldError> _errors = [];

    /// <summary>The keywords that a root may have when there is a status subresource, whose schema is cut out of the root's.</summary>
    private static readonly HashSet<string> RootKeywords = new(StringComparer.Ordinal)
    {
        "description", "type", "format", "title", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength", "pattern",
        "maxItems", "minItems", "uniqueItems", "multipleOf", "required", "items", "properties", "externalDocs", "example",
        "x-kubernetes-preserve-unknown-fields", "x-kubernetes-validations",
    };

    /// <summary>What keeps a custom resource's root schema from being structural.</summary>
    public static IReadOnlyList<FieldError> Check(JsonObject source, JsonSchema schema, FieldPath path)
    {
        var rules = new StructuralRules();
        if (schema.Type is not null and not "object")
        {
            rules._errors.Add(FieldError.Invalid(path.Child("type").ToString(), schema.Type, "must be object at the root"));
        }

        if (schema.Nullable)
        {
            rules._errors.Add(FieldError.Forbidden(path.Child("nullable").ToString(), "nullable cannot be true at the root"));
        }

        if (source["additionalProperties"] is not null)
        {
            rules._errors.Add(FieldError.Forbidden(path.Child("additionalProperties").ToString(), "must not be used at the root"));
        }

        rules.CheckNode(source, schema, path, where: "at the root");
        rules.CheckRootMetadata(source, path);
        rules._errors.AddRange(ValueRules.CheckCompleteness(source, schema, path));
        return rules._errors;
    }

    /// <summary>What the root schema of a resource with a status subresource must not say.</summary>
    public static IEnumerable<FieldError> CheckRootWithStatus(JsonObject source, FieldPath path) =>
        source.Any(keyword => !RootKeywords.Contains(keyword.Key) && !ValueRules.IsZero(keyword.Value))
            ? [FieldError.Forbidden(path.ToString(), $"only [{string.Join(' ', RootKeywords)}] fields are allowed at the root of the schema if the status subresource is enabled")]
            : [];

    private void CheckRootMetadata(JsonObject source, FieldPath path)
    {
        foreach (var name in new[] { "apiVersion", "kind", "metadata" })
        {
            if (source.Object("properties").Object(name)?["default"] is not null)
            {
                _errors.Add(FieldError.Forbidden(path.Child("properties").Key(name).Child("default").ToString(), $"must not be set in top-level {name}"));
            }
        }

        var metadata = source.Object("properties").Object("metadata");
        if (metadata is not null
            && (metadata.Any(m => m.Key is not ("type" or "properties" or "default") && !ValueRules.IsZero(m.Value))
                || (metadata.Object("properties")?.Any(p => p.Key is not ("name" or "generateName")) ?? false)))
        {
            _errors.Add(FieldError.Forbidden(path.Child("properties").Key("metadata").ToString(), "must not specify anything other than name and generateName, but metadata is implicitly specified"));
        }
    }

    private void CheckResource(JsonSchema schema, FieldPath path)
    {
        foreach (var (name, type) in new[] { ("apiVersion", "string"), ("kind", "string"), ("metadata", "object") })
        {
            if (schema.Properties.GetValueOrDefault(name) is { } property && property.Type != type)
            {
                _errors.Add(FieldError.Invalid(path.Child("properties").Key(name).Child("type").ToString(), property.Type ?? "", $"must be {type}"));
            }
        }
    }

    private void CheckNode(JsonObject source, JsonSchema schema, FieldPath path, string where)
    {
        if (schema.Type is null && !schema.IntOrString && !schema.PreserveUnknown)
        {
            _errors.Add(FieldError.Required(path.Child("type").ToString(), $"must not be empty {where}"));
        }
        else if (schema.Type == "null")
        {
            _errors.Add(FieldError.Forbidden(path.Child("type").ToString(), "type cannot be set to null, use nullable as an alternative"));
        }
        else if (schema.Type is { } type && !Types.Contains(type))
        {
            _errors.Add(FieldError.NotSupported(path.Child("type").ToString(), type, Types.Order(StringComparer.Ordinal).Select(t => (JsonNode?)t)));
        }

        CheckExtensions(source, schema, path);
        if (schema.Properties.Count > 0 && source["additionalProperties"] is { } more && more.GetValueKind() != JsonValueKind.True)
        {
            _errors.Add(FieldError.Forbidden(path.Child("additionalProperties").ToString(), "additionalProperties and properties are mutual exclusive"));
        }

        if (where == "at the root" || schema.EmbeddedResource)
        {
            CheckResource(schema, path);
        }

        CheckList(schema, path);
        CheckMapType(schema, path);
        CheckDefault(schema, path);
        _errors.AddRange(ValueRules.Check(source, path));
        foreach (var (name, child) in schema.Properties)
        {
            if (source.Object("properties").Object(name) is { } json)
            {
                CheckNode(json, child, path.Child("properties").Key(name), "for specified object fields");
            }
        }

        if (schema.Items is not null && source.Object("items") is { } items)
        {
            CheckNode(items, schema.Items, path.Child("items"), "for specified array items");
        }

        if (schema.AdditionalProperties is not null && source.Object("additionalProperties") is { } values)
        {
            CheckNode(values, schema.AdditionalProperties, path.Child("additionalProperties"), "for specified object fields");
        }
    }

    private void CheckExtensions(JsonObject source, JsonSchema schema, FieldPath path)
    {
        const string Preserve = "x-kubernetes-preserve-unknown-fields";
        if (source[Preserve]?.GetValueKind() == JsonValueKind.False)
        {
            _errors.Add(FieldError.Invalid(path.Child(Preserve).ToString(), false, "must be true or undefined"));
        }

        if (schema.IntOrString)
        {
            if (schema.Type is not null)
            {
                _errors.Add(FieldError.Invalid(path.Child("type").ToString(), schema.Type, "the sandbox's API server implements x-kubernetes-int-or-string only where type is empty"));
            }

            foreach (var (other, set) in new[] { (Preserve, schema.PreserveUnknown), ("x-kubernetes-embedded-resource", schema.EmbeddedResource) })
            {
                if (set)
                {
                    _errors.Add(FieldError.Invalid(path.Child(other).ToString(), true, "must be false if x-kubernetes-int-or-string is true"));
                }
            }
        }

        if (!schema.EmbeddedResource)
        {
            return;
        }

        if (schema.Type != "object")
        {
            _errors.Add(FieldError.Invalid(path.Child("type").ToString(), schema.Type ?? "", "must be object if x-kubernetes-embedded-resource is true"));
        }

        if (source["additionalProperties"] is not null)
        {
            _errors.Add(FieldError.Forbidden(path.Child("additionalProperties").ToString(), "must not be used if x-kubernetes-embedded-resource is set"));
        }

        if (!schema.PreserveUnknown && schema.Properties.Count == 0)
        {
            _errors.Add(FieldError.Required(path.Child("properties").ToString(), "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields"));
        }
    }

    private void CheckList(JsonSchema schema, FieldPath path)
    {
        if (schema.Type == "array" && schema.Items is null)
        {
            _errors.Add(FieldError.Required(path.Child("items").ToString(), "must be specified"));
        }

        if (schema.ListType is not { } listType)
        {
            if (schema.ListMapKeys.Count > 0)
            {
                _errors.Add(FieldError.Required(path.Child("x-kubernetes-list-type").ToString(), "must be map if x-kubernetes-list-map-keys is non-empty"));
            }

            return;
        }

        if (listType is not ("atomic" or "set" or "map"))
        {
            _errors.Add(FieldError.NotSupported(path.Child("x-kubernetes-list-type").ToString(), listType, ["atomic", "set", "map"]));
        }

        if (schema.Type != "array")
        {
            _errors.Add(FieldError.Invalid(path.Child("type").ToString(), schema.Type ?? "", "must be array if x-kubernetes-list-type is specified"));
        }

        if (listType != "map" && schema.ListMapKeys.Count > 0)
        {
            _errors.Add(FieldError.Invalid(path.Child("x-kubernetes-list-type").ToString(), listType, "must be map if x-kubernetes-list-map-keys is non-empty"));
        }

        if (listType is "set" or "map" && schema.Items is { Nullable: true })
        {
            _errors.Add(FieldError.Forbidden(path.Child("items").Child("nullable").ToString(), $"cannot be nullable when x-kubernetes-list-type is {listType}"));
        }

        if (listType == "set" && schema.Items is { Type: "array", ListType: not (null or "atomic") } nested)
        {
            _errors.Add(FieldError.Invalid(path.Child("items").Child("x-kubernetes-list-type").ToString(), nested.ListType, "must be atomic as item of a list with x-kubernetes-list-type=set"));
        }

        if (listType == "set" && schema.Items is { Type: "object", MapType: not "atomic" })
        {
            _errors.Add(FieldError.Invalid(path.Child("items").Child("x-kubernetes-map-type").ToString(), schema.Items.MapType ?? "", "must be atomic as item of a list with x-kubernetes-list-type=set"));
        }

        if (listType == "map")
        {
            CheckMapKeys(schema, path);
        }
    }

    private void CheckMapKeys(JsonSchema schema, FieldPath path)
    {
        if (schema.ListMapKeys.Count == 0)
        {
            _errors.Add(FieldError.Required(path.Child("x-kubernetes-list-map-keys").ToString(), "must not be empty if x-kubernetes-list-type is map"));
        }

        if (schema.Items is not { Type: "object" } items)
        {
            _errors.Add(FieldError.Invalid(path.Child("items").Child("type").ToString(), schema.Items?.Type ?? "", "must be object if parent array's x-kubernetes-list-type is map"));
            return;
        }

        if (schema.ListMapKeys.Distinct().Count() < schema.ListMapKeys.Count)
        {
            _errors.Add(FieldError.Invalid(path.Child("x-kubernetes-list-map-keys").ToString(), new JsonArray([.. schema.ListMapKeys.Select(k => (JsonNode)k)]), "must not contain duplicate entries"));
        }

        foreach (var key in schema.ListMapKeys)
        {
            var field = path.Child("items").Child("properties").Key(key);
            if (items.Properties.GetValueOrDefault(key) is not { } property)
            {
                _errors.Add(FieldError.Invalid(path.Child("x-kubernetes-list-map-keys").ToString(), key, "entries must all be names of item properties"));
            }
            else if (property.Nullable)
            {
                _errors.Add(FieldError.Forbidden(field.Child("nullable").ToString(), "this property is in x-kubernetes-list-map-keys, so it cannot be nullable"));
            }
            else if (property.Type is "array" or "object")
            {
                _errors.Add(FieldError.Invalid(field.Child("type").ToString(), property.Type, "must be a scalar type if parent array's x-kubernetes-list-type is map"));
            }
            else if (!items.Required.Contains(key) && property.Default is null)
            {
                _errors.Add(FieldError.Required(field.Child("default").ToString(), "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property"));
            }
        }
    }

    private void CheckMapType(JsonSchema schema, FieldPath path)
    {
        if (schema.MapType is not { } mapType)
        {
            return;
        }

        if (mapType is not ("atomic" or "granular"))
        {
            _errors.Add(FieldError.NotSupported(path.Child("x-kubernetes-map-type").ToString(), mapType, ["granular", "atomic"]));
        }

        if (schema.Type != "object")
        {
            _errors.Add(FieldError.Invalid(path.Child("type").ToString(), schema.Type ?? "", "must be object if x-kubernetes-map-type is specified"));
        }
    }

    private void CheckDefault(JsonSchema schema, FieldPath path)
    {
        if (schema.Default is not { } value)
        {
            return;
        }

        var field = path.Child("default");
        var unknown = new List<string>();
        Pruning.Apply(value.DeepClone(), schema, isResourceRoot: false, unknown);
        if (unknown.Count > 0)
        {
            _errors.Add(FieldError.Invalid(field.ToString(), value, $"must not have unknown fields: {string.Join(", ", unknown)}"));
        }

        var filled = value.DeepClone();
        Defaulting.Apply(filled, schema);
        _errors.AddRange(SchemaValidator.Validate(filled, null, schema, field));
    }
}
