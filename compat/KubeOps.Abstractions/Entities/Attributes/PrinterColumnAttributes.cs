namespace KubeOps.Abstractions.Entities.Attributes;

/// <summary>Shows the property as a column of <c>kubectl get</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public class AdditionalPrinterColumnAttribute(
    PrinterColumnPriority priority = default,
    string? name = null) : Attribute
{
    public string? Name => name;

    public PrinterColumnPriority Priority => priority;
}

/// <summary>A column of <c>kubectl get</c> by JSON path, for values that are no property of the type (age, a condition).</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public class GenericAdditionalPrinterColumnAttribute(string jsonPath, string name, string type) : Attribute
{
    public string JsonPath => jsonPath;

    public string Name => name;

    public string? Description { get; init; }

    public string Type => type;

    public string? Format { get; init; }

    public PrinterColumnPriority Priority { get; init; }
}
