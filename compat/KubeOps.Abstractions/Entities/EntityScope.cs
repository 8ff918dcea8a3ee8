namespace KubeOps.Abstractions.Entities;

/// <summary>Where objects of a type live.</summary>
public enum EntityScope
{
    Namespaced,
    Cluster,
}

/// <summary>Whether a printer column is always shown or only with <c>-o wide</c>.</summary>
public enum PrinterColumnPriority
{
    StandardView,
    WideView,
}
