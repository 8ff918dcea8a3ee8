namespace GovernedFinetune.Sandbox.Kubernetes.Storage;

/// <summary>Who depends on whom, by UID, so that the removal of an owner need not look at every object. Guarded by the store's lock.</summary>
internal sealed class OwnerIndex
{
    private readonly Dictionary<string, HashSet<(string Collection, ObjectKey Key)>> _dependents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Collection, ObjectKey Key)> _live = new(StringComparer.Ordinal);

    public void Update(string collection, ObjectKey key, StoredObject? before, StoredObject? after)
    {
        foreach (var owner in before?.Owners ?? [])
        {
            if (_dependents.TryGetValue(owner, out var set) && set.Remove((collection, key)) && set.Count == 0)
            {
                _ = _dependents.Remove(owner);
            }
        }

        foreach (var owner in after?.Owners ?? [])
        {
            if (!_dependents.TryGetValue(owner, out var set))
            {
                _dependents[owner] = set = [];
            }

            _ = set.Add((collection, key));
        }

        if (before is not null)
        {
            _ = _live.Remove(before.Uid);
        }

        if (after is not null)
        {
            _live[after.Uid] = (collection, key);
        }
    }

    public IReadOnlyList<(string Collection, ObjectKey Key)> DependentsOf(string uid) =>
        _dependents.TryGetValue(uid, out var set) ? [.. set] : [];

    /// <summary>Where the object with this UID is, or null when there is none.</summary>
    public (string Collection, ObjectKey Key)? Locate(string uid) => _live.TryGetValue(uid, out var place) ? place : null;
}
