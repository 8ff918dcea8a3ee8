namespace KubeOps.Abstractions.Entities.Attributes;

/// <summary>The schema's <c>description</c>.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class)]
public class DescriptionAttribute(string description) : Attribute
{
    public string Description => description;
}

/// <summary>The schema's <c>title</c>.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class)]
public class TitleAttribute(string title) : Attribute
{
    public string Title => title;
}

/// <summary>The schema's <c>externalDocs</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public class ExternalDocsAttribute(string url, string? description = null) : Attribute
{
    public string? Description => description;

    public string Url => url;
}

/// <summary>The schema's <c>example</c>; with <see cref="Json"/> the text is JSON.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ExampleAttribute : Attribute
{
    public ExampleAttribute(bool value) => Value = value;

    public ExampleAttribute(long value) => Value = value;

    public ExampleAttribute(double value) => Value = value;

    public ExampleAttribute(string value) => Value = value;

    public bool Json { get; init; }

    public object Value { get; }
}
