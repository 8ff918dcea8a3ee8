namespace KubeOps.Abstractions.Entities.Attributes;

/// <summary>Lists the property under the schema's <c>required</c>.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class)]
public class RequiredAttribute : Attribute;

/// <summary>A CEL rule (<c>x-kubernetes-validations</c>).</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class, AllowMultiple = true)]
public sealed class ValidationRuleAttribute(
    string rule,
    string? fieldPath = null,
    string? message = null,
    string? messageExpression = null,
    string? reason = null) : Attribute
{
    public string Rule => rule;

    public string? FieldPath => fieldPath;

    public string? Message => message;

    public string? MessageExpression => messageExpression;

    public string? Reason => reason;
}

/// <summary><c>x-kubernetes-preserve-unknown-fields</c>: the API server keeps fields that the schema does not name.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class)]
public class PreserveUnknownFieldsAttribute : Attribute;

/// <summary><c>x-kubernetes-embedded-resource</c>: the property is a whole Kubernetes object.</summary>
[AttributeUsage(AttributeTargets.Property)]
public class EmbeddedResourceAttribute : Attribute;

/// <summary>How server-side apply merges a list.</summary>
public enum XListType
{
    Atomic,
    Set,
    Map,
}

/// <summary><c>x-kubernetes-list-type</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public class XListTypeAttribute(XListType listType) : Attribute
{
    public XListType ListType => listType;
}

/// <summary><c>x-kubernetes-list-map-keys</c>, with <see cref="XListType.Map"/>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public class XListMapKeysAttribute(params string[] keys) : Attribute
{
    public string[] Keys => keys;
}

/// <summary>How server-side apply merges a map.</summary>
public enum XMapType
{
    Granular,
    Atomic,
}

/// <summary><c>x-kubernetes-map-type</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public class XMapTypeAttribute(XMapType mapType) : Attribute
{
    public XMapType MapType => mapType;
}
