namespace KubeOps.Abstractions.Entities.Attributes;

/// <summary>The schema's <c>default</c>; with <see cref="Json"/> the text is JSON.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class, Inherited = true)]
public sealed class DefaultValueAttribute : Attribute
{
    public DefaultValueAttribute(bool value) => Value = value;

    public DefaultValueAttribute(long value) => Value = value;

    public DefaultValueAttribute(double value) => Value = value;

    public DefaultValueAttribute(string value) => Value = value;

    public bool Json { get; init; }

    public object Value { get; }
}

/// <summary>The schema's <c>enum</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class EnumValuesAttribute : Attribute
{
    public EnumValuesAttribute(params string[] values) => Values = values;

    public EnumValuesAttribute(params long[] values) => Values = [.. values.Cast<object>()];

    public EnumValuesAttribute(params double[] values) => Values = [.. values.Cast<object>()];

    public IReadOnlyList<object> Values { get; }
}

/// <summary>The schema's <c>format</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FormatAttribute(string? format) : Attribute
{
    public string? Format => format;
}

/// <summary>The schema's <c>pattern</c>, a regular expression.</summary>
[AttributeUsage(AttributeTargets.Property)]
public class PatternAttribute(string regexPattern) : Attribute
{
    public string RegexPattern => regexPattern;
}

/// <summary>The schema's <c>minimum</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public class RangeMinimumAttribute(double minimum, bool exclusiveMinimum = false) : Attribute
{
    public double Minimum => minimum;

    public bool ExclusiveMinimum => exclusiveMinimum;
}

/// <summary>The schema's <c>maximum</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public class RangeMaximumAttribute(double maximum, bool exclusiveMaximum = false) : Attribute
{
    public double Maximum => maximum;

    public bool ExclusiveMaximum => exclusiveMaximum;
}

/// <summary>The schema's <c>multipleOf</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public class MultipleOfAttribute(double value) : Attribute
{
    public double Value => value;
}

/// <summary>The schema's <c>minLength</c> and <c>maxLength</c>; -1 leaves one out.</summary>
[AttributeUsage(AttributeTargets.Property)]
public class LengthAttribute(long minLength = -1, long maxLength = -1) : Attribute
{
    public long? MinLength => Limit.OrNull(minLength);

    public long? MaxLength => Limit.OrNull(maxLength);
}

/// <summary>The schema's <c>minItems</c> and <c>maxItems</c>; -1 leaves one out.</summary>
[AttributeUsage(AttributeTargets.Property)]
public class ItemsAttribute(long minItems = -1, long maxItems = -1) : Attribute
{
    public long? MinItems => Limit.OrNull(minItems);

    public long? MaxItems => Limit.OrNull(maxItems);
}

/// <summary>The schema's <c>minProperties</c> and <c>maxProperties</c>; -1 leaves one out.</summary>
[AttributeUsage(AttributeTargets.Property)]
public class PropertyLimitsAttribute(long minProperties = -1, long maxProperties = -1) : Attribute
{
    public long? MinProperties => Limit.OrNull(minProperties);

    public long? MaxProperties => Limit.OrNull(maxProperties);
}

/// <summary>The schema's <c>uniqueItems</c>, which a Kubernetes API server always rejects: use <see cref="XListTypeAttribute"/>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public class UniqueItemsAttribute : Attribute;

/// <summary>Attributes cannot carry a nullable number, so -1 stands for "no limit".</summary>
internal static class Limit
{
    public static long? OrNull(long value) => value == -1 ? null : value;
}
