using GovernedFinetune.Sandbox.Kubernetes.Resources;
using GovernedFinetune.Sandbox.Kubernetes.Storage;

namespace GovernedFinetune.Sandbox.Kubernetes.Lifecycle;

/// <summary>Keeps the registry in step with the stored CustomResourceDefinitions.</summary>
internal sealed class CrdRegistrar(ObjectStore store, ResourceRegistry registry)
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _served = new(StringComparer.Ordinal);

    /// <summary>Serves the versions of a definition as it is stored now.</summary>
    public void Serve(StoredObject written)
    {
        lock (_gate)
        {
            // The stored state, not the written one: two writers may get here in either order.
            if (store.Get(Deletion.Definitions, written.Key) is { } current)
            {
                registry.Replace(current.Key.Name, CrdReader.ResourceTypes(current.Json));
                _ = _served.Add(current.Key.Name);
            }
        }
    }

    /// <summary>Stops serving definitions that are gone.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            foreach (var name in _served.Where(name => store.Get(Deletion.Definitions, new ObjectKey("", name)) is null).ToList())
            {
                registry.Remove(name);
                _ = _served.Remove(name);
            }
        }
    }
}
