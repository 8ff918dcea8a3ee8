namespace KubeOps.Abstractions.Entities;

/// <summary>Kind, version, group and plural of a resource, and the names that follow from them.</summary>
public record EntityMetadata(string Kind, string Version, string? Group = null, string? Plural = null)
{
    public string ListKind => $"{Kind}List";

#pragma warning disable CA1308 // Kubernetes names are lower case.
    public string SingularName => Kind.ToLowerInvariant();

    public string PluralName => (Plural ?? $"{Kind}s").ToLowerInvariant();
#pragma warning restore CA1308

    public string GroupWithVersion => string.IsNullOrEmpty(Group) ? Version : $"{Group}/{Version}";
}
