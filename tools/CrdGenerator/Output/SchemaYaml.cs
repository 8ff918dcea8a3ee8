using GovernedFinetune.CrdGenerator.Schema;

namespace GovernedFinetune.CrdGenerator.Output;

/// <summary>A schema as the dictionaries that become YAML; what is not said is not there.</summary>
internal static class SchemaYaml
{
    public static Dictionary<string, object> Of(SchemaNode node)
    {
        var yaml = new Dictionary<string, object>();
        void Put(string key, object? value)
        {
            if (value is not null)
            {
                yaml.Add(key, value);
            }
        }

        Put("type", node.Type);
        Put("format", node.Format);
        Put("description", node.Description);
        Put("default", node.Default);
        Put("enum", NotEmpty(node.Enum.Select(member => member.Value)));
        Put("pattern", node.Pattern);
        Put("minLength", node.MinLength);
        Put("maxLength", node.MaxLength);
        Put("minimum", Number(node.Minimum));
        Put("maximum", Number(node.Maximum));
        Put("minItems", node.MinItems);
        Put("maxItems", node.MaxItems);
        Put("minProperties", node.MinProperties);
        Put("maxProperties", node.MaxProperties);
        Put("x-kubernetes-list-type", node.ListType);
        Put("x-kubernetes-list-map-keys", NotEmpty(node.ListMapKeys));
        Put("x-kubernetes-validations", NotEmpty(node.Rules.Select(Rule)));
        Put("items", node.Items is null ? null : Of(node.Items));
        Put("additionalProperties", node.AdditionalProperties is null ? null : Of(node.AdditionalProperties));
        Put("required", NotEmpty(node.Properties.Where(property => property.Required).Select(property => property.Name)));
        Put("properties", node.Properties.Count == 0
            ? null
            : node.Properties.ToDictionary(property => property.Name, property => Of(property.Schema)));
        return yaml;
    }

    private static T[]? NotEmpty<T>(IEnumerable<T> values) => values.ToArray() is { Length: > 0 } array ? array : null;

    private static object? Number(double? value) =>
        value is { } number && double.IsInteger(number) ? (long)number : value;

    private static Dictionary<string, object> Rule(ValidationRule rule)
    {
        var yaml = new Dictionary<string, object> { ["rule"] = rule.Rule };
        if (rule.Message is { } message)
        {
            yaml["message"] = message;
        }

        if (rule.Reason is { } reason)
        {
            yaml["reason"] = reason;
        }

        if (rule.FieldPath is { } path)
        {
            yaml["fieldPath"] = path;
        }

        return yaml;
    }
}
