using System.Net;
using System.Text.Json.Nodes;
using GovernedFinetune.Entities;
using k8s;
using k8s.Autorest;
using k8s.Models;
using KubeOps.KubernetesClient;

namespace GovernedFinetune.Operator.Kubernetes;

/// <summary>Somebody else wrote the status since it was read: the pass is void and has to be made again.</summary>
public sealed class StatusConflictException(string message) : Exception(message);

/// <summary>
/// Writes status as a JSON merge patch on <c>/status</c> with the resource version that was read, and nothing when
/// nothing changed. Never writes spec or metadata. A conflict that left the status alone (somebody changed labels or
/// spec) is written again on the new version.
/// </summary>
public sealed class StatusWriter(IKubernetesClient client)
{
    private const int Tries = 5;

    /// <summary>Writes a status.</summary>
    /// <typeparam name="TEntity">The resource.</typeparam>
    /// <typeparam name="TStatus">Its status.</typeparam>
    /// <param name="entity">The object as it was read.</param>
    /// <param name="before">Its status as it was read.</param>
    /// <param name="after">The status that it is to have.</param>
    /// <param name="statusOf">Reads the status of an object.</param>
    /// <param name="plural">The resource's plural name.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The object as the API server has it now; null when it is gone.</returns>
    /// <exception cref="StatusConflictException">Somebody else wrote the status.</exception>
    public async Task<TEntity?> WriteAsync<TEntity, TStatus>(
        TEntity entity, TStatus before, TStatus after, Func<TEntity, TStatus> statusOf, string plural, CancellationToken cancellationToken)
        where TEntity : class, IKubernetesObject<V1ObjectMeta>
        where TStatus : class
    {
        if (StatusPatch.Between(before, after) is not { } difference)
        {
            return entity;
        }

        var (name, space, version) = (entity.Metadata.Name, entity.Metadata.NamespaceProperty, entity.Metadata.ResourceVersion);
        for (var attempt = 1; ; attempt++)
        {
            var patch = new JsonObject
            {
                ["metadata"] = new JsonObject { ["resourceVersion"] = version, ["uid"] = entity.Metadata.Uid },
                ["status"] = difference.DeepClone(),
            };
            try
            {
                return await client.ApiClient.CustomObjects.PatchNamespacedCustomObjectStatusAsync<TEntity>(
                    body: new V1Patch(patch.ToJsonString(), V1Patch.PatchType.MergePatch),
                    group: Api.Group,
                    version: Api.Version,
                    namespaceParameter: space,
                    plural: plural,
                    name: name,
                    cancellationToken: cancellationToken);
            }
            catch (HttpOperationException e) when (e.Response.StatusCode == HttpStatusCode.NotFound)
            {
                return null;
            }
            catch (HttpOperationException e) when (e.Response.StatusCode == HttpStatusCode.Conflict && attempt < Tries)
            {
                var current = await client.GetAsync<TEntity>(name: name, @namespace: space, cancellationToken: cancellationToken);
                if (current is null || current.Metadata.Uid != entity.Metadata.Uid)
                {
                    return null;
                }

                if (!StatusPatch.Same(statusOf(current), before))
                {
                    throw new StatusConflictException($"The status of {space}/{name} was written by somebody else.");
                }

                version = current.Metadata.ResourceVersion;
            }
        }
    }
}
