using System.Collections.Concurrent;
using System.Reflection;
using k8s.Models;
using KubeOps.Abstractions.Entities;

namespace KubeOps.KubernetesClient;

/// <summary>Where in the API the objects of a class live, as its <see cref="KubernetesEntityAttribute"/> says.</summary>
internal static class ResourceTypes
{
    private static readonly ConcurrentDictionary<Type, ResourceType> Known = new();

    public static ResourceType Of<TEntity>() => Known.GetOrAdd(typeof(TEntity), Read);

    public static void Forget() => Known.Clear();

    private static ResourceType Read(Type type)
    {
        var declared = type.GetCustomAttribute<KubernetesEntityAttribute>() ?? throw new ArgumentException(
            $"{type} has no [KubernetesEntity] attribute, so its API path is unknown. Add the attribute to the class.");
        var metadata = new EntityMetadata(
            string.IsNullOrWhiteSpace(declared.Kind) ? type.Name : declared.Kind,
            string.IsNullOrWhiteSpace(declared.ApiVersion) ? "v1" : declared.ApiVersion,
            declared.Group,
            declared.PluralName);
        return new ResourceType(metadata.Group ?? "", metadata.Version, metadata.PluralName);
    }
}

/// <summary>A resource in the API; the core group is the empty string.</summary>
internal sealed record ResourceType(string Group, string Version, string Plural);
