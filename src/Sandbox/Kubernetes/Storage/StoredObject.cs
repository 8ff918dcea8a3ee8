using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;

namespace GovernedFinetune.Sandbox.Kubernetes.Storage;

/// <summary>Where an object is kept within its collection, in the order in which lists show it.</summary>
/// <param name="Namespace">Namespace; empty for cluster-scoped objects.</param>
/// <param name="Name">Name.</param>
internal readonly record struct ObjectKey(string Namespace, string Name) : IComparable<ObjectKey>
{
    /// <inheritdoc />
    public int CompareTo(ObjectKey other)
    {
        var byNamespace = string.CompareOrdinal(Namespace, other.Namespace);
        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(Name, other.Name);
    }

    /// <inheritdoc />
    public override string ToString() => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";
}

/// <summary>One version of one object, as it is kept: as bytes, and as a tree only while it was of use a moment ago.</summary>
internal sealed class StoredObject
{
    private readonly RecentTrees _recent;
    private JsonObject? _tree;

    public StoredObject(ObjectKey key, JsonObject json, byte[] utf8, long revision, RecentTrees recent)
    {
        var metadata = json.Object("metadata");
        Key = key;
        Utf8 = utf8;
        Revision = revision;
        Uid = metadata.Text("uid") ?? "";
        Owners = metadata.Array("ownerReferences") is { } owners ? [.. owners.Select(o => o.Text("uid")).OfType<string>()] : [];
        _recent = recent;
        _tree = json;
        recent.Add(this);
    }

    public ObjectKey Key { get; }

    /// <summary>
    /// The object in its stored version, with its resourceVersion. Shared by all readers: clone before changing. Hold
    /// on to the result instead of asking twice: an object that nobody used for a while is read from its bytes.
    /// </summary>
    public JsonObject Json
    {
        get
        {
            if (_tree is { } known)
            {
                return known;
            }

            var tree = JsonReading.Parse(Utf8)!.AsObject();
            _tree = tree;
            _recent.Add(this);
            return tree;
        }
    }

    /// <summary>The same as compact JSON, written once for all readers.</summary>
    public byte[] Utf8 { get; }

    /// <summary>The store's revision that this version was written at.</summary>
    public long Revision { get; }

    public string Uid { get; }

    /// <summary>UIDs of its owners.</summary>
    public IReadOnlyList<string> Owners { get; }

    /// <summary>Drops the tree, which takes many times the bytes.</summary>
    public void Shrink() => _tree = null;
}

/// <summary>What happened to an object.</summary>
internal enum ChangeType
{
    Added,
    Modified,
    Deleted,
}

/// <summary>One write, as watches see it.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Object">The object after it; for a deletion its last state, with the deletion's revision.</param>
/// <param name="Previous">The object before it; null for an addition.</param>
internal sealed record Change(ChangeType Type, StoredObject Object, StoredObject? Previous)
{
    /// <summary>The store's revision of the write.</summary>
    public long Revision => Object.Revision;
}
