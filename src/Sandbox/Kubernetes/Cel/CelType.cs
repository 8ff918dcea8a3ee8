using GovernedFinetune.Sandbox.Kubernetes.Schema;

namespace GovernedFinetune.Sandbox.Kubernetes.Cel;

internal enum CelKind
{
    Dyn,
    Null,
    Bool,
    Int,
    Double,
    String,
    Bytes,
    Duration,
    Timestamp,
    List,
    Map,
    Object,
}

/// <summary>The type of an expression.</summary>
internal sealed class CelType
{
    public static readonly CelType Dyn = new(CelKind.Dyn);
    public static readonly CelType Null = new(CelKind.Null);
    public static readonly CelType Bool = new(CelKind.Bool);
    public static readonly CelType Int = new(CelKind.Int);
    public static readonly CelType Double = new(CelKind.Double);
    public static readonly CelType String = new(CelKind.String);
    public static readonly CelType Bytes = new(CelKind.Bytes);
    public static readonly CelType Duration = new(CelKind.Duration);
    public static readonly CelType Timestamp = new(CelKind.Timestamp);
    public static readonly CelType AnyList = ListOf(Dyn);
    public static readonly CelType AnyMap = MapOf(Dyn, Dyn);

    private CelType(CelKind kind) => Kind = kind;

    public CelKind Kind { get; }

    /// <summary>Type of a list's items, or of a map's values.</summary>
    public CelType Element { get; private init; } = null!;

    /// <summary>Type of a map's keys.</summary>
    public CelType Key { get; private init; } = null!;

    /// <summary>Schema of an object, list or map that comes from the resource.</summary>
    public JsonSchema? Schema { get; private init; }

    /// <summary>Whether an object is a resource, with <c>apiVersion</c>, <c>kind</c> and <c>metadata</c>.</summary>
    public bool IsResource { get; private init; }

    /// <summary>Whether the value may be null.</summary>
    public bool Nullable { get; private init; }

    public static CelType ListOf(CelType element, JsonSchema? schema = null) => new(CelKind.List) { Element = element, Schema = schema };

    public static CelType MapOf(CelType key, CelType value, JsonSchema? schema = null) => new(CelKind.Map) { Key = key, Element = value, Schema = schema };

    /// <summary>Whether rules can see values of the schema at all: they cannot where no type is given.</summary>
    public static bool IsExposed(JsonSchema schema) => schema.IntOrString || schema.Type switch
    {
        "array" => schema.Items is { } items && IsExposed(items),
        "object" => schema.AdditionalProperties is null || IsExposed(schema.AdditionalProperties),
        "string" or "boolean" or "number" or "integer" => true,
        _ => false,
    };

    /// <summary>The type of the values that a schema describes.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="isResource">Whether it is a resource's root.</param>
    public static CelType Of(JsonSchema schema, bool isResource = false)
    {
        if (schema.IntOrString)
        {
            return Dyn;
        }

        return schema.Type switch
        {
            "boolean" => Scalar(CelKind.Bool, schema),
            "integer" => Scalar(CelKind.Int, schema),
            "number" => Scalar(CelKind.Double, schema),
            "string" => Scalar(schema.Format switch
            {
                "byte" => CelKind.Bytes,
                "duration" => CelKind.Duration,
                "date" or "date-time" => CelKind.Timestamp,
                _ => CelKind.String,
            }, schema),
            "array" => new(CelKind.List) { Element = schema.Items is null ? Dyn : Of(schema.Items), Schema = schema, Nullable = schema.Nullable },
            "object" when schema.AdditionalProperties is { } values =>
                new(CelKind.Map) { Key = String, Element = Of(values), Schema = schema, Nullable = schema.Nullable },
            "object" => new(CelKind.Object) { Schema = schema, IsResource = isResource || schema.EmbeddedResource, Nullable = schema.Nullable },
            _ => Dyn,
        };
    }

    /// <summary>Whether a value of <paramref name="actual"/> may stand where one of this type is expected.</summary>
    public bool Accepts(CelType actual)
    {
        if (Kind == CelKind.Dyn || actual.Kind == CelKind.Dyn)
        {
            return true;
        }

        if (actual.Kind == CelKind.Null || Kind == CelKind.Null)
        {
            return Kind == actual.Kind || Nullable || actual.Nullable || Kind is CelKind.Object or CelKind.Duration or CelKind.Timestamp
                || actual.Kind is CelKind.Object or CelKind.Duration or CelKind.Timestamp;
        }

        return Kind == actual.Kind && Kind switch
        {
            CelKind.List => Element.Accepts(actual.Element),
            CelKind.Map => Key.Accepts(actual.Key) && Element.Accepts(actual.Element),
            CelKind.Object => Schema is null || actual.Schema is null || ReferenceEquals(Schema, actual.Schema),
            _ => true,
        };
    }

    /// <inheritdoc />
    public override string ToString() => Kind switch
    {
        CelKind.List => $"list({Element})",
        CelKind.Map => $"map({Key}, {Element})",
        CelKind.Duration => "google.protobuf.Duration",
        CelKind.Timestamp => "google.protobuf.Timestamp",
        CelKind.Object => "object",
        _ => Kind.ToString().ToLowerInvariant(),
    };

    private static CelType Scalar(CelKind kind, JsonSchema schema) => schema.Nullable
        ? new(kind) { Nullable = true }
        : kind switch
        {
            CelKind.Bool => Bool,
            CelKind.Int => Int,
            CelKind.Double => Double,
            CelKind.Bytes => Bytes,
            CelKind.Duration => Duration,
            CelKind.Timestamp => Timestamp,
            _ => String,
        };
}
