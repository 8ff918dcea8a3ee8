using System.Reflection;
using System.Text.Json;
using KubeOps.Abstractions.Entities.Attributes;

namespace GovernedFinetune.CrdGenerator.Schema;

/// <summary>Puts what KubeOps' attributes say of a property on its schema.</summary>
internal static class SchemaAttributes
{
    public static SchemaNode Apply(SchemaNode node, PropertyInfo property)
    {
        var length = property.GetCustomAttribute<LengthAttribute>();
        var items = property.GetCustomAttribute<ItemsAttribute>();
        var properties = property.GetCustomAttribute<PropertyLimitsAttribute>();

        return node with
        {
            MinLength = Limit(length?.MinLength) ?? node.MinLength,
            MaxLength = Limit(length?.MaxLength) ?? node.MaxLength,
            Pattern = property.GetCustomAttribute<PatternAttribute>()?.RegexPattern ?? node.Pattern,
            Minimum = property.GetCustomAttribute<RangeMinimumAttribute>()?.Minimum,
            Maximum = property.GetCustomAttribute<RangeMaximumAttribute>()?.Maximum,
            MinItems = Limit(items?.MinItems),
            MaxItems = Limit(items?.MaxItems),
            MinProperties = Limit(properties?.MinProperties),
            MaxProperties = Limit(properties?.MaxProperties),
            ListType = property.GetCustomAttribute<XListTypeAttribute>() is { } list ? Lower(list.ListType) : null,
            ListMapKeys = property.GetCustomAttribute<XListMapKeysAttribute>()?.Keys ?? [],
            Enum = property.GetCustomAttribute<EnumValuesAttribute>() is { } values
                ? [.. values.Values.Select(value => new EnumMember((string)value, Description: null))]
                : node.Enum,
            Default = Default(property),
            Rules = [.. node.Rules, .. Rules(property)],
        };
    }

    public static IEnumerable<ValidationRule> Rules(MemberInfo member) => member
        .GetCustomAttributes<ValidationRuleAttribute>()
        .Select(rule => new ValidationRule(rule.Rule, rule.Message, rule.Reason, rule.FieldPath));

    // The attributes of KubeOps mark an absent limit with -1, and their getters show it as null; both are read here.
    private static long? Limit(long? value) => value is null or < 0 ? null : value;

    private static string Lower(XListType type) => JsonNamingPolicy.CamelCase.ConvertName(type.ToString());

    private static object? Default(PropertyInfo property) => property.GetCustomAttribute<DefaultValueAttribute>() switch
    {
        null => null,
        { Json: true, Value: string json } => Value(JsonDocument.Parse(json).RootElement),
        var attribute => attribute.Value,
    };

    private static object Value(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().ToDictionary(member => member.Name, member => Value(member.Value)),
        JsonValueKind.String => element.GetString()!,
        JsonValueKind.Number => element.GetInt64(),
        JsonValueKind.True or JsonValueKind.False => element.GetBoolean(),
        var kind => throw new NotSupportedException($"a default of JSON kind {kind} is not supported: {element}"),
    };
}
