using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;

namespace GovernedFinetune.Sandbox.Kubernetes.Schema;

/// <summary>The rules that make a schema "structural"; a real server refuses every other one, so this one does too.</summary>
internal sealed class StructuralRules
{
    private static readonly string[] SkeletonKeywords =
    [
        "type", "description", "title", "default", "nullable", "additionalProperties",
        "x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource", "x-kubernetes-int-or-string",
        "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type", "x-kubernetes-validations",
    ];

    private static readonly HashSet<string> Types = new(StringComparer.Ordinal) { "object", "array", "string", "integer", "number", "boolean" };

    private readonly List<FieldError> _errors = [];

    /// <summary>What keeps a custom resource's root schema from being structural.</summary>
    public static IReadOnlyList<FieldError> Check(JsonObject source, JsonSchema schema, FieldPath path)
    {
        var rules = new StructuralRules();
        if (schema.Type != "object")
        {
            rules._errors.Add(schema.Type is null
                ? FieldError.Required(path.Child("type").ToString(), "must not be empty at the root")
                : FieldError.Invalid(path.Child("type").ToString(), schema.Type, "must be object at the root"));
        }

        if (schema.Nullable)
        {
            rules._errors.Add(FieldError.Forbidden(path.Child("nullable").ToString(), "nullable cannot be true at the root"));
        }

        rules.CheckNode(source, schema, path, where: "at the root");
        rules.CheckMetadata(schema, path);
        return rules._errors;
    }

    private void CheckMetadata(JsonSchema schema, FieldPath path)
    {
        if (schema.Properties.GetValueOrDefault("metadata") is not { } metadata)
        {
            return;
        }

        var field = path.Child("properties").Key("metadata");
        if (metadata.Type != "object")
        {
            _errors.Add(FieldError.Invalid(field.Child("type").ToString(), metadata.Type ?? "", "must be object"));
        }

        if (metadata.Properties.Keys.Any(name => name is not ("name" or "generateName")))
        {
            _errors.Add(FieldError.Forbidden(field.ToString(), "must not specify anything other than name and generateName, but metadata is implicitly specified"));
        }
    }

    private void CheckNode(JsonObject source, JsonSchema schema, FieldPath path, string where)
    {
        if (schema.Type is null && !schema.IntOrString && !schema.PreserveUnknown)
        {
            if (where != "at the root")
            {
                _errors.Add(FieldError.Required(path.Child("type").ToString(), $"must not be empty {where}"));
            }
        }
        else if (schema.Type is { } type && !Types.Contains(type))
        {
            _errors.Add(FieldError.NotSupported(path.Child("type").ToString(), type, Types.Order(StringComparer.Ordinal).Select(t => (JsonNode?)t)));
        }

        if (schema.IntOrString && schema.Type is not null)
        {
            _errors.Add(FieldError.Invalid(path.Child("type").ToString(), schema.Type, "must be empty if x-kubernetes-int-or-string is true"));
        }

        if (schema.EmbeddedResource && schema.Type != "object")
        {
            _errors.Add(FieldError.Invalid(path.Child("type").ToString(), schema.Type ?? "", "must be object if x-kubernetes-embedded-resource is true"));
        }

        if (schema.Properties.Count > 0 && (schema.AdditionalProperties is not null || schema.AnyAdditionalProperties))
        {
            _errors.Add(FieldError.Forbidden(path.Child("additionalProperties").ToString(), "additionalProperties and properties are mutual exclusive"));
        }

        CheckList(schema, path);
        CheckMapType(schema, path);
        CheckDefault(schema, path);
        CheckValueValidations(source, schema, schema, path);
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

    private void CheckList(JsonSchema schema, FieldPath path)
    {
        if (schema.Type == "array" && schema.Items is null && !schema.PreserveUnknown)
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

        foreach (var key in schema.ListMapKeys)
        {
            var field = path.Child("items").Child("properties").Key(key);
            if (items.Properties.GetValueOrDefault(key) is not { } property)
            {
                _errors.Add(FieldError.Invalid(path.Child("x-kubernetes-list-map-keys").ToString(), key, "entries must all be names of item properties"));
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

    /// <summary>In <c>allOf</c>, <c>anyOf</c>, <c>oneOf</c> and <c>not</c> only values may be restricted, and only of known fields.</summary>
    private void CheckValueValidations(JsonObject source, JsonSchema schema, JsonSchema skeleton, FieldPath path)
    {
        foreach (var keyword in new[] { "allOf", "anyOf", "oneOf" })
        {
            var parts = keyword switch { "allOf" => schema.AllOf, "anyOf" => schema.AnyOf, _ => schema.OneOf };
            for (var i = 0; i < parts.Count; i++)
            {
                if (source.Array(keyword)?[i] is JsonObject json && !IsIntOrStringType(json, skeleton))
                {
                    CheckBranch(json, parts[i], skeleton, path.Child(keyword).Item(i));
                }
            }
        }

        if (schema.Not is not null && source.Object("not") is { } not)
        {
            CheckBranch(not, schema.Not, skeleton, path.Child("not"));
        }
    }

    private static bool IsIntOrStringType(JsonObject json, JsonSchema skeleton) =>
        skeleton.IntOrString && json.Count == 1 && json.Text("type") is "integer" or "string";

    private void CheckBranch(JsonObject json, JsonSchema branch, JsonSchema skeleton, FieldPath path)
    {
        foreach (var keyword in SkeletonKeywords.Where(json.ContainsKey))
        {
            _errors.Add(FieldError.Forbidden(path.Child(keyword).ToString(), "must be empty to be structural"));
        }

        foreach (var (name, child) in branch.Properties)
        {
            var field = path.Child("properties").Key(name);
            if (skeleton.Member(name) is not { } known)
            {
                if (!skeleton.PreserveUnknown)
                {
                    _errors.Add(FieldError.Required(field.ToString(), "because it is not defined outside of the value validation; it must be to be structural"));
                }
            }
            else if (json.Object("properties").Object(name) is { } childJson)
            {
                CheckBranch(childJson, child, known, field);
            }
        }

        if (branch.Items is not null && skeleton.Items is not null && json.Object("items") is { } items)
        {
            CheckBranch(items, branch.Items, skeleton.Items, path.Child("items"));
        }

        CheckValueValidations(json, branch, skeleton, path);
    }
}
