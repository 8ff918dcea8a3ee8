using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;

namespace GovernedFinetune.Sandbox.Kubernetes.Schema;

/// <summary>Lists whose items have an identity: <c>x-kubernetes-list-type: map</c> and <c>set</c>.</summary>
internal static class ListMaps
{
    /// <summary>The key members of an item (a missing one takes its default), or null when the item has none.</summary>
    public static JsonObject? KeyOf(JsonNode? item, JsonSchema list)
    {
        if (item is not JsonObject members)
        {
            return null;
        }

        var key = new JsonObject();
        foreach (var name in list.ListMapKeys)
        {
            if ((members[name] ?? list.Items?.Properties.GetValueOrDefault(name)?.Default) is { } part)
            {
                key[name] = part.DeepClone();
            }
        }

        return key.Count > 0 ? key : null;
    }

    /// <summary>The items by key, or null when the list has no keys.</summary>
    public static Dictionary<string, JsonNode?>? Index(JsonArray? items, JsonSchema list)
    {
        if (items is null || !list.IsListMap)
        {
            return null;
        }

        var index = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (KeyOf(item, list) is { } key)
            {
                index[key.ToText()] = item;
            }
        }

        return index;
    }

    /// <summary>The item of an index that has the same key as <paramref name="item"/>.</summary>
    public static JsonNode? Find(Dictionary<string, JsonNode?>? index, JsonNode? item, JsonSchema list) =>
        index is not null && KeyOf(item, list) is { } key ? index.GetValueOrDefault(key.ToText()) : null;

    /// <summary>Items that occur twice.</summary>
    public static IEnumerable<FieldError> Duplicates(JsonArray items, JsonSchema list, FieldPath path)
    {
        if (list.ListType is not ("set" or "map"))
        {
            yield break;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < items.Count; i++)
        {
            var key = list.ListType == "set" ? items[i] : KeyOf(items[i], list);
            if (key is not null && !seen.Add(key.ToText()))
            {
                yield return FieldError.Duplicate(path.Item(i).ToString(), key.DeepClone());
            }
        }
    }
}
