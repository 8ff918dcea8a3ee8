using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using KubeOps.KubernetesClient;

namespace GovernedFinetune.Operator.Kubernetes;

/// <summary>
/// Adds a finalizer and touches nothing else: a JSON patch that tests the resource version, where a PUT of the whole
/// object would drop members that this version does not know and fight over other controllers' finalizers.
/// </summary>
public static class Finalizers
{
    /// <summary>Adds the finalizer, when it is not there.</summary>
    public static async Task<TEntity> EnsureAsync<TEntity>(IKubernetesClient client, TEntity entity, string finalizer, CancellationToken cancellationToken)
        where TEntity : class, IKubernetesObject<V1ObjectMeta>
    {
        if (entity.Metadata.Finalizers?.Contains(finalizer) == true)
        {
            return entity;
        }

        var add = entity.Metadata.Finalizers is { Count: > 0 }
            ? Operation("add", "/metadata/finalizers/-", finalizer)
            : Operation("add", "/metadata/finalizers", new JsonArray(finalizer));
        var patch = new JsonArray(Operation("test", "/metadata/resourceVersion", entity.Metadata.ResourceVersion), add);
        return await client.PatchAsync<TEntity>(
            patch: new V1Patch(patch.ToJsonString(), V1Patch.PatchType.JsonPatch),
            name: entity.Metadata.Name,
            @namespace: entity.Metadata.NamespaceProperty,
            cancellationToken: cancellationToken);
    }

    /// <summary>Removes the finalizer, when it is there.</summary>
    public static async Task RemoveAsync<TEntity>(IKubernetesClient client, TEntity entity, string finalizer, CancellationToken cancellationToken)
        where TEntity : class, IKubernetesObject<V1ObjectMeta>
    {
        if (entity.Metadata.Finalizers?.IndexOf(finalizer) is not (>= 0 and var at))
        {
            return;
        }

        var patch = new JsonArray(
            Operation("test", "/metadata/resourceVersion", entity.Metadata.ResourceVersion),
            new JsonObject { ["op"] = "remove", ["path"] = $"/metadata/finalizers/{at}" });
        _ = await client.PatchAsync<TEntity>(
            patch: new V1Patch(patch.ToJsonString(), V1Patch.PatchType.JsonPatch),
            name: entity.Metadata.Name,
            @namespace: entity.Metadata.NamespaceProperty,
            cancellationToken: cancellationToken);
    }

    private static JsonObject Operation(string op, string path, JsonNode? value) => new() { ["op"] = op, ["path"] = path, ["value"] = value };
}
