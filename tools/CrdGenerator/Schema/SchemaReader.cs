using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using KubeOps.Abstractions.Entities.Attributes;

namespace GovernedFinetune.CrdGenerator.Schema;

/// <summary>Reads structural schemas from C# types, KubeOps' attributes, XML documentation and the supplements.</summary>
internal sealed class SchemaReader(XmlDocs docs, Supplements supplements)
{
    public SchemaNode Read(Type type) => Read(type, property: null);

    private SchemaNode Read(Type declared, PropertyInfo? property)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        var node = Shape(type, property);
        return property is null ? node : SchemaAttributes.Apply(node, property);
    }

    private SchemaNode Shape(Type type, PropertyInfo? property)
    {
        if (Scalar(type) is { } scalar)
        {
            return scalar;
        }

        if (type.IsEnum)
        {
            return new SchemaNode { Type = "string", Description = docs.Summary(type), Enum = [.. EnumMembers(type)] };
        }

        var arguments = type.GetGenericArguments();
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IList<>))
        {
            return new SchemaNode { Type = "array", Items = Element(arguments[0], property) };
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IDictionary<,>) && arguments[0] == typeof(string))
        {
            return new SchemaNode { Type = "object", AdditionalProperties = Element(arguments[1], property) };
        }

        return type is { IsClass: true, IsGenericType: false } && type.Assembly != typeof(object).Assembly
            ? Object(type)
            : throw new NotSupportedException(
                $"{property?.DeclaringType}.{property?.Name} is {type}: the API is made of string, bool, int, long, DateTime, "
                + "enumerations, IList<T>, IDictionary<string, T> and classes of its own");
    }

    /// <summary>No floating point: Kubernetes' API conventions ask for strings where decimals are needed.</summary>
    private static SchemaNode? Scalar(Type type) => Type.GetTypeCode(type) switch
    {
        _ when type.IsEnum => null,
        TypeCode.String => new SchemaNode { Type = "string" },
        TypeCode.Boolean => new SchemaNode { Type = "boolean" },
        TypeCode.Int32 => new SchemaNode { Type = "integer", Format = "int32" },
        TypeCode.Int64 => new SchemaNode { Type = "integer", Format = "int64" },
        TypeCode.DateTime => new SchemaNode { Type = "string", Format = "date-time" },
        _ => null,
    };

    private SchemaNode Element(Type type, PropertyInfo? property)
    {
        var node = Read(type);
        return property is not null && supplements.Of(property) is { } limits
            ? node with { MinLength = limits.MinLength, MaxLength = limits.MaxLength, Pattern = limits.Pattern }
            : node;
    }

    private SchemaNode Object(Type type) => new()
    {
        Type = "object",
        Description = docs.Summary(type),
        Rules = [.. SchemaAttributes.Rules(type)],
        Properties = [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).OrderBy(p => p.MetadataToken).Select(Property)],
    };

    private SchemaProperty Property(PropertyInfo property)
    {
        var node = Read(property.PropertyType, property);
        return new SchemaProperty(
            property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name),
            property.IsDefined(typeof(RequiredAttribute)),
            node with { Description = docs.Summary(property) ?? node.Description });
    }

    private IEnumerable<EnumMember> EnumMembers(Type type) => type
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .OrderBy(field => field.MetadataToken)
        .Select(field => new EnumMember(field.Name, docs.Summary(field)));
}
