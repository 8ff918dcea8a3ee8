using GovernedFinetune.Sandbox.Catalog.Securables;

namespace GovernedFinetune.Sandbox.Catalog.Lineage;

/// <summary>Which column became which.</summary>
internal sealed record ColumnPair(string? Source, string? Target);

/// <summary>A relationship: the source went into the target.</summary>
internal sealed class LineageEdge(string id, LineageEnd source, LineageEnd target, Stamp created)
{
    public string Id => id;

    public LineageEnd Source { get; set; } = source;

    public LineageEnd Target { get; set; } = target;

    public Stamp Updated { get; set; } = created;

    public IReadOnlyList<ColumnPair> Columns { get; set; } = [];

    public IReadOnlyDictionary<string, string> Properties { get; set; } = new Dictionary<string, string>();
}

/// <summary>All relationships of the metastore.</summary>
internal sealed class LineageGraph
{
    private readonly Dictionary<(LineageEnd Source, LineageEnd Target), LineageEdge> _edges = [];

    public int Count => _edges.Count;

    public LineageEdge? Find(LineageEnd source, LineageEnd target) => _edges.GetValueOrDefault((source, target));

    public void Add(LineageEdge edge) => _edges.Add((edge.Source, edge.Target), edge);

    public void Remove(LineageEdge edge) => _edges.Remove((edge.Source, edge.Target));

    /// <summary>One hop from an end: what went into it, or what it went into.</summary>
    public IEnumerable<LineageEdge> From(LineageEnd end, bool upstream) =>
        _edges.Values.Where(edge => (upstream ? edge.Target : edge.Source) == end);

    public void RemoveOf(LineageEnd end)
    {
        foreach (var edge in _edges.Values.Where(e => e.Source == end || e.Target == end).ToList())
        {
            Remove(edge);
        }
    }

    public void RenameModel(string from, string to)
    {
        foreach (var edge in _edges.Values.Where(e => Renamed(e.Source) != e.Source || Renamed(e.Target) != e.Target).ToList())
        {
            Remove(edge);
            edge.Source = Renamed(edge.Source);
            edge.Target = Renamed(edge.Target);
            Add(edge);
        }

        LineageEnd Renamed(LineageEnd end) => end.Kind == LineageKind.ModelVersion && end.Name == from ? end with { Name = to } : end;
    }
}
