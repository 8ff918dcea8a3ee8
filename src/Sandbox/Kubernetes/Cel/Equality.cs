using GovernedFinetune.Sandbox.Kubernetes.Schema;

namespace GovernedFinetune.Sandbox.Kubernetes.Cel;

/// <summary>Equality of CEL values; sets and keyed lists of a resource are equal whatever the order of their items.</summary>
internal static class Equality
{
    public static bool Same(object? left, object? right, Budget budget)
    {
        budget.Spend(1);
        switch (left, right)
        {
            case (null, null):
                return true;
            case (long a, double b):
                return a == b;
            case (double a, long b):
                return a == b;
            case (double a, double b):
                return a == b;
            case (string a, string b):
                budget.SpendText(Math.Min(a.Length, b.Length));
                return string.Equals(a, b, StringComparison.Ordinal);
            case (byte[] a, byte[] b):
                budget.SpendText(Math.Min(a.Length, b.Length));
                return a.AsSpan().SequenceEqual(b);
            case (CelList a, CelList b):
                return SameList(a, b, budget);
            case (CelMap a, CelMap b):
                return a.Count == b.Count && a.Keys.All(k => a.TryGet(k, out var x) && b.TryGet(k, out var y) && Same(x, y, budget));
            case (CelList or CelMap, _):
                return false;
            default:
                return Equals(left, right);
        }
    }

    private static bool SameList(CelList a, CelList b, Budget budget)
    {
        if (a.Count != b.Count)
        {
            return false;
        }

        var listType = a.Schema?.ListType ?? b.Schema?.ListType;
        return listType is "set" or "map"
            ? a.All(x => b.Any(y => Same(x, y, budget)))
            : a.Zip(b).All(pair => Same(pair.First, pair.Second, budget));
    }

    /// <summary>The identity of an item of a keyed list: its key members; the item itself elsewhere.</summary>
    public static object? KeyOf(object? item, JsonSchema? list)
    {
        if (list is not { IsListMap: true } || item is not CelMap members)
        {
            return item;
        }

        var key = new Dictionary<object, object?>();
        foreach (var name in list.ListMapKeys)
        {
            if (members.TryGet(name, out var part))
            {
                key[name] = part;
            }
        }

        return new LiteralMap(key);
    }
}
