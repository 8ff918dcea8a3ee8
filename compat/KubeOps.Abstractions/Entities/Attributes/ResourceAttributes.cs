namespace KubeOps.Abstractions.Entities.Attributes;

/// <summary>Whether objects of this type live in a namespace or in the cluster as a whole.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public class EntityScopeAttribute(EntityScope scope = EntityScope.Namespaced) : Attribute
{
    public EntityScope Scope => scope;
}

/// <summary>Short names that kubectl accepts for the resource.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public class KubernetesEntityShortNamesAttribute(params string[] shortNames) : Attribute
{
    public string[] ShortNames => shortNames;
}

/// <summary>Marks the version of a resource that is stored, where there are several.</summary>
[AttributeUsage(AttributeTargets.Class)]
public class StorageVersionAttribute : Attribute;

/// <summary>The <c>scale</c> subresource, by JSON paths into the object.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ScaleSubresourceAttribute(
    string specReplicasPath,
    string statusReplicasPath,
    string? labelSelectorPath = null) : Attribute
{
    public string SpecReplicasPath => specReplicasPath;

    public string StatusReplicasPath => statusReplicasPath;

    public string? LabelSelectorPath => labelSelectorPath;
}

/// <summary>Leaves a type or a property out of the generated schema.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Property)]
public class IgnoreAttribute : Attribute;
