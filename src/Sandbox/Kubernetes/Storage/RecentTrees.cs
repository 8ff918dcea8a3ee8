using System.Collections.Concurrent;

namespace GovernedFinetune.Sandbox.Kubernetes.Storage;

/// <summary>
/// Which objects hold a tree beside their bytes. A tree takes some eight times the memory of the bytes, so that only the
/// last ones used are kept; few and small objects, such as roles, all keep theirs.
/// </summary>
internal sealed class RecentTrees
{
    /// <summary>Bytes of the objects that keep their trees.</summary>
    private const long Limit = 512 << 10;

    private readonly ConcurrentQueue<StoredObject> _order = new();
    private long _bytes;

    /// <summary>Notes that an object now has a tree; others that got theirs long ago lose it.</summary>
    public void Add(StoredObject stored)
    {
        _order.Enqueue(stored);
        _ = Interlocked.Add(ref _bytes, stored.Utf8.Length);
        while (Volatile.Read(ref _bytes) > Limit && _order.TryDequeue(out var oldest))
        {
            _ = Interlocked.Add(ref _bytes, -oldest.Utf8.Length);
            oldest.Shrink();
        }
    }
}
