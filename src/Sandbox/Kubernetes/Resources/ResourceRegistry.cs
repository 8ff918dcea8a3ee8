using System.Collections.Immutable;

namespace GovernedFinetune.Sandbox.Kubernetes.Resources;

/// <summary>Every resource that is served now. Readers see one consistent state; definitions replace it as a whole.</summary>
internal sealed class ResourceRegistry(IReadOnlyList<ResourceType> builtin)
{
    private readonly Lock _gate = new();
    private ImmutableDictionary<string, ImmutableArray<ResourceType>> _custom = ImmutableDictionary<string, ImmutableArray<ResourceType>>.Empty;
    private volatile State _state = new([.. builtin]);

    /// <summary>All resources: built-in ones first, then custom ones by group and name.</summary>
    public IReadOnlyList<ResourceType> All => _state.All;

    /// <summary>The served resource, or null.</summary>
    public ResourceType? Find(string group, string version, string plural) =>
        _state.ByPath.GetValueOrDefault((group, version, plural));

    /// <summary>A served resource by kind, or null.</summary>
    public ResourceType? FindKind(string group, string version, string kind) =>
        _state.All.FirstOrDefault(t => t.Group == group && t.Version == version && t.Kind == kind);

    /// <summary>Puts the versions of a definition in place of what it served before.</summary>
    public void Replace(string definition, IEnumerable<ResourceType> versions)
    {
        lock (_gate)
        {
            _custom = _custom.SetItem(definition, [.. versions]);
            Publish();
        }
    }

    /// <summary>Serves the definition's resources no longer.</summary>
    public void Remove(string definition)
    {
        lock (_gate)
        {
            _custom = _custom.Remove(definition);
            Publish();
        }
    }

    private void Publish() =>
        _state = new State([.. builtin, .. _custom.OrderBy(d => d.Key, StringComparer.Ordinal).SelectMany(d => d.Value)]);

    private sealed class State(ImmutableArray<ResourceType> all)
    {
        public ImmutableArray<ResourceType> All { get; } = all;

        public IReadOnlyDictionary<(string Group, string Version, string Plural), ResourceType> ByPath { get; } =
            all.ToDictionary(t => (t.Group, t.Version, t.Plural));
    }
}
