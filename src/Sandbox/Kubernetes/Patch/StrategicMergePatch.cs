using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Schema;

namespace GovernedFinetune.Sandbox.Kubernetes.Patch;

/// <summary>Kubernetes' own patch, for built-in kinds: lists are merged by key where the schema says so.</summary>
internal static class StrategicMergePatch
{
    private const string Directive = "$patch";
    private const string RetainKeys = "$retainKeys";
    private const string OrderPrefix = "$setElementOrder/";
    private const string DeletePrefix = "$deleteFromPrimitiveList/";

    /// <summary>Applies a patch to <paramref name="target"/>, which is changed.</summary>
    /// <exception cref="FormatException">The patch has an unknown directive, or items without their key.</exception>
    public static void Apply(JsonObject target, JsonObject patch, JsonSchema schema)
    {
        switch (patch.Text(Directive))
        {
            case "replace":
                target.Clear();
                break;
            case "delete":
                target.Clear();
                return;
            case null or "merge":
                break;
            case var other:
                throw new FormatException($"unknown patch directive '{other}'");
        }

        if (patch.Array(RetainKeys) is { } retained)
        {
            foreach (var name in target.Select(m => m.Key).Except(retained.Texts(), StringComparer.Ordinal).ToList())
            {
                _ = target.Remove(name);
            }
        }

        foreach (var (name, value) in patch.Where(p => !p.Key.StartsWith('$')))
        {
            ApplyMember(target, name, value, schema.Member(name));
        }

        foreach (var (name, value) in patch.Where(p => p.Key.StartsWith(DeletePrefix, StringComparison.Ordinal)))
        {
            DeleteItems(target.Array(name[DeletePrefix.Length..]), value as JsonArray);
        }

        foreach (var (name, value) in patch.Where(p => p.Key.StartsWith(OrderPrefix, StringComparison.Ordinal)))
        {
            var field = name[OrderPrefix.Length..];
            Order(target.Array(field), value as JsonArray, schema.Member(field)?.PatchMergeKey);
        }
    }

    private static void ApplyMember(JsonObject target, string name, JsonNode? value, JsonSchema? schema)
    {
        switch (value)
        {
            case null:
                _ = target.Remove(name);
                break;
            case JsonObject members:
                if (target[name] is not JsonObject inner)
                {
                    if (members.Text(Directive) == "delete")
                    {
                        return;
                    }

                    target[name] = inner = [];
                }

                if (members.Text(Directive) == "delete")
                {
                    _ = target.Remove(name);
                    return;
                }

                Apply(inner, members, schema ?? new JsonSchema());
                break;
            case JsonArray items when schema?.PatchStrategy?.Split(',').Contains("merge") == true:
                if (target[name] is not JsonArray list)
                {
                    target[name] = list = [];
                }

                MergeList(list, items, schema);
                break;
            default:
                target[name] = value.DeepClone();
                break;
        }
    }

    private static void MergeList(JsonArray list, JsonArray patch, JsonSchema schema)
    {
        if (schema.PatchMergeKey is not { } key)
        {
            foreach (var item in patch.Where(item => !list.Any(known => JsonNodes.Same(known, item))).ToList())
            {
                list.Add(item?.DeepClone());
            }

            return;
        }

        if (patch.OfType<JsonObject>().Any(p => p.Count == 1 && p.Text(Directive) == "replace"))
        {
            list.Clear();
        }

        foreach (var item in patch)
        {
            if (item is not JsonObject members)
            {
                throw new FormatException($"an item of a list that is merged by '{key}' is not an object");
            }

            if (members.Count == 1 && members.Text(Directive) == "replace")
            {
                continue;
            }

            if (members[key] is not { } id)
            {
                throw new FormatException($"map: {members.ToText()} does not contain declared merge key: {key}");
            }

            MergeItem(list, members, key, id, schema.Items ?? new JsonSchema());
        }
    }

    private static void MergeItem(JsonArray list, JsonObject item, string key, JsonNode id, JsonSchema schema)
    {
        var known = list.FirstOrDefault(i => JsonNodes.Same((i as JsonObject)?[key], id)) as JsonObject;
        if (item.Text(Directive) == "delete")
        {
            if (known is not null)
            {
                _ = list.Remove(known);
            }

            return;
        }

        if (known is null)
        {
            known = [];
            list.Add(known);
        }

        Apply(known, item, schema);
    }

    private static void DeleteItems(JsonArray? list, JsonArray? deleted)
    {
        foreach (var item in list?.Where(i => deleted?.Any(d => JsonNodes.Same(d, i)) == true).ToList() ?? [])
        {
            _ = list!.Remove(item);
        }
    }

    /// <summary>Items that the order names come in that order; the rest follow as they were.</summary>
    private static void Order(JsonArray? list, JsonArray? order, string? key)
    {
        if (list is null || order is null)
        {
            return;
        }

        int Rank(JsonNode? item)
        {
            for (var i = 0; i < order.Count; i++)
            {
                if (key is null ? JsonNodes.Same(order[i], item) : JsonNodes.Same((order[i] as JsonObject)?[key], (item as JsonObject)?[key]))
                {
                    return i;
                }
            }

            return int.MaxValue;
        }

        var sorted = list.OrderBy(Rank).ToList();
        list.Clear();
        foreach (var item in sorted)
        {
            list.Add(item);
        }
    }
}
