using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using KubeOps.KubernetesClient;

namespace GovernedFinetune.Operator.Kubernetes;

/// <summary>
/// Adds or removes a finalizer and touches nothing else: a JSON patch that tests the resource version, where a PUT of the whole
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
        return await PatchAsync(client, entity, add, cancellationToken);
    }

    /// <summary>Removes the finalizer, when it is there.</summary>
    public static async Task RemoveAsync<TEntity>(IKubernetesClient client, TEntity entity, string finalizer, CancellationToken cancellationToken)
        where TEntity : class, IKubernetesObject<V1ObjectMeta>
    {
        if (entity.Metadata.Finalizers?.IndexOf(finalizer) is >= 0 and var at)
        {
            _ = await PatchAsync(client, entity, new JsonObject { ["op"] = "remove", ["path"] = $"/metadata/finalizers/{at}" }, cancellationToken);
        }
    }

    private static Task<TEntity> PatchAsync<TEntity>(IKubernetesClient client, TEntity entity, JsonObject change, CancellationToken cancellationToken)
        where TEntity : class, IKubernetesObject<V1ObjectMeta>
    {
        var patch = new JsonArray(Operation("test", "/metadata/resourceVersion", entity.Metadata.ResourceVersion), change);
        return client.PatchAsync<TEntity>(
            patch: new V1Patch(patch.ToJsonString(), V1Patch.PatchType.JsonPatch),
            name: entity.Metadata.Name,
            @namespace: entity.Metadata.NamespaceProperty,
            cancellationToken: cancellationToken);
    }

    private static JsonObject Operation(string op, string path, JsonNode? value) => new() { ["op"] = op, ["path"] = path, ["value"] = value };
}
