namespace KubeOps.Abstractions.Rbac;

/// <summary>What a role may do; <see cref="All"/> is the wildcard, <see cref="AllExplicit"/> names every verb.</summary>
[Flags]
public enum RbacVerb
{
    None = 0,
    All = 1,
    Get = 2,
    List = 4,
    Watch = 8,
    Create = 16,
    Update = 32,
    Patch = 64,
    Delete = 128,
    AllExplicit = 256,
}

/// <summary>A permission that the annotated class needs; read when manifests are generated.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public abstract class RbacAttribute : Attribute;

/// <summary>A permission on the resources of entity types.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public class EntityRbacAttribute(params Type[] entities) : RbacAttribute
{
    public IEnumerable<Type> Entities => entities;

    public RbacVerb Verbs { get; init; }
}

/// <summary>A permission on resources by group and name, or on URLs.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public class GenericRbacAttribute : RbacAttribute
{
    public string[] Groups { get; init; } = [];

    public string[] Resources { get; init; } = [];

    public string[] Urls { get; init; } = [];

    public RbacVerb Verbs { get; init; }
}
