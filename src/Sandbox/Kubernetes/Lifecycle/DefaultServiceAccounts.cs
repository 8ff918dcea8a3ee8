using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Storage;

namespace GovernedFinetune.Sandbox.Kubernetes.Lifecycle;

/// <summary>Every namespace that is not being deleted has a service account called <c>default</c>.</summary>
internal sealed class DefaultServiceAccounts(ObjectStore store, TimeProvider clock)
{
    public const string Collection = "serviceaccounts";
    private const string Name = "default";

    /// <summary>Makes the account of a namespace when it is missing.</summary>
    public void Ensure(string @namespace)
    {
        var key = new ObjectKey(@namespace, Name);
        if (store.Get(Deletion.Namespaces, new ObjectKey("", @namespace)) is { } home
            && home.Json.Object("metadata").Text("deletionTimestamp") is null
            && store.Get(Collection, key) is null)
        {
            // Somebody else may have made it meanwhile, which is as good.
            _ = store.TryPut(Collection, key, null, new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "ServiceAccount",
                ["metadata"] = new JsonObject
                {
                    ["name"] = Name,
                    ["namespace"] = @namespace,
                    ["uid"] = Guid.NewGuid().ToString(),
                    ["creationTimestamp"] = Timestamps.Seconds(clock.GetUtcNow()),
                },
            });
        }
    }
}
