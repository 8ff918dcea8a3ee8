using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Schema;

namespace GovernedFinetune.Sandbox.Kubernetes.Apply;

/// <summary>Which fields a value has, which differ between two values, and how two values are merged: all by the schema's list and map types.</summary>
internal static class TypedFields
{
    /// <summary>For what no schema describes: maps are merged by member, lists are replaced as a whole.</summary>
    private static readonly JsonSchema Deduced = new() { PreserveUnknown = true };

    /// <summary>The fields of a value.</summary>
    public static FieldSet Of(JsonObject value, JsonSchema schema)
    {
        var set = new FieldSet();
        Add(value, schema, set);
        return set;
    }

    /// <summary>What changed from one value to another.</summary>
    /// <param name="before">The value before.</param>
    /// <param name="after">The value after.</param>
    /// <param name="schema">Schema of both.</param>
    /// <returns>Fields that were set to something else or added, and fields that went.</returns>
    public static (FieldSet Set, FieldSet Removed) Compare(JsonObject before, JsonObject after, JsonSchema schema)
    {
        var (set, removed) = (new FieldSet(), new FieldSet());
        CompareMembers(before, after, schema, set, removed);
        return (set, removed);
    }

    /// <summary>Puts <paramref name="applied"/> over <paramref name="live"/>, which is changed.</summary>
    public static void Merge(JsonObject live, JsonObject applied, JsonSchema schema)
    {
        foreach (var (name, value) in applied)
        {
            live[name] = Merge(live[name], value, Member(schema, name));
        }
    }

    /// <summary>Takes out of a value what its manager applied before and applies no longer, unless somebody else has it.</summary>
    /// <param name="value">The value; changed.</param>
    /// <param name="before">What the manager applied before.</param>
    /// <param name="now">What it applies now.</param>
    /// <param name="others">What others manage.</param>
    /// <param name="schema">Schema of the value.</param>
    public static void Prune(JsonNode? value, FieldSet before, FieldSet now, FieldSet others, JsonSchema schema)
    {
        foreach (var (step, child) in before.Children)
        {
            var kept = now.Children.GetValueOrDefault(step);
            var foreign = others.Children.GetValueOrDefault(step);
            if (kept is null && foreign is null)
            {
                Remove(value, step, schema);
            }
            else if (Find(value, step, schema) is var (found, inner))
            {
                Prune(found, child, kept ?? new FieldSet(), foreign ?? new FieldSet(), inner);
            }
        }
    }

    private static void Add(JsonNode? value, JsonSchema schema, FieldSet set)
    {
        foreach (var (step, child, inner, always) in Steps(value, schema))
        {
            var at = set.At(step);
            if (always || IsLeaf(child, inner) || child is JsonObject { Count: 0 })
            {
                at.IsMember = true;
            }

            if (!IsLeaf(child, inner))
            {
                Add(child, inner, at);
            }
        }
    }

    private static void CompareMembers(JsonObject before, JsonObject after, JsonSchema schema, FieldSet set, FieldSet removed)
    {
        for (var i = 0; i < after.Count; i++)
        {
            var (name, value) = after.GetAt(i);
            if (!before.TryGetPropertyValue(name, out var previous))
            {
                AddWhole(Step(name, value, schema), set);
            }
            else if (!JsonNodes.Same(previous, value))
            {
                CompareStep(Step(name, value, schema), previous, set, removed);
            }
        }

        for (var i = 0; i < before.Count; i++)
        {
            var (name, _) = before.GetAt(i);
            if (!after.ContainsKey(name))
            {
                removed.At($"f:{name}").IsMember = true;
            }
        }
    }

    private static void Compare(JsonNode? before, JsonNode? after, JsonSchema schema, FieldSet set, FieldSet removed)
    {
        if (before is JsonObject a && after is JsonObject b)
        {
            CompareMembers(a, b, schema, set, removed);
            return;
        }

        var old = Steps(before, schema).DistinctBy(s => s.Step, StringComparer.Ordinal).ToDictionary(s => s.Step, StringComparer.Ordinal);
        foreach (var step in Steps(after, schema))
        {
            if (!old.Remove(step.Step, out var previous))
            {
                AddWhole(step, set);
            }
            else
            {
                CompareStep(step, previous.Value, set, removed);
            }
        }

        foreach (var gone in old.Values)
        {
            removed.At(gone.Step).IsMember = true;
        }
    }

    private static void CompareStep((string Step, JsonNode? Value, JsonSchema Schema, bool Always) step, JsonNode? previous, FieldSet set, FieldSet removed)
    {
        if (!IsLeaf(step.Value, step.Schema) && !IsLeaf(previous, step.Schema))
        {
            Compare(previous, step.Value, step.Schema, set.At(step.Step), removed.At(step.Step));
        }
        else if (!JsonNodes.Same(previous, step.Value))
        {
            set.At(step.Step).IsMember = true;
            if (!IsLeaf(step.Value, step.Schema))
            {
                Add(step.Value, step.Schema, set.At(step.Step));
            }
        }
    }

    private static void AddWhole((string Step, JsonNode? Value, JsonSchema Schema, bool Always) step, FieldSet set)
    {
        var at = set.At(step.Step);
        if (step.Always || IsLeaf(step.Value, step.Schema) || step.Value is JsonObject { Count: 0 })
        {
            at.IsMember = true;
        }

        if (!IsLeaf(step.Value, step.Schema))
        {
            Add(step.Value, step.Schema, at);
        }
    }

    /// <summary>Whether a value is owned as a whole.</summary>
    private static bool IsLeaf(JsonNode? value, JsonSchema schema) => value switch
    {
        JsonObject => schema.MapType == "atomic",
        JsonArray => schema.ListType is not ("map" or "set"),
        _ => true,
    };

    /// <summary>The members of a map, or the items of a keyed list or set.</summary>
    private static IEnumerable<(string Step, JsonNode? Value, JsonSchema Schema, bool Always)> Steps(JsonNode? value, JsonSchema schema)
    {
        switch (value)
        {
            case JsonObject members:
                foreach (var (name, child) in members)
                {
                    yield return Step(name, child, schema);
                }

                break;
            case JsonArray items when schema.ListType is "map" or "set":
                foreach (var item in items)
                {
                    yield return (Step(item, schema), item, schema.Items ?? Deduced, true);
                }

                break;
        }
    }

    private static (string Step, JsonNode? Value, JsonSchema Schema, bool Always) Step(string name, JsonNode? value, JsonSchema schema) =>
        ($"f:{name}", value, Member(schema, name), !schema.Properties.ContainsKey(name));

    private static string Step(JsonNode? item, JsonSchema list)
    {
        if (list.ListType == "set")
        {
            return $"v:{item.ToText()}";
        }

        var key = ListMaps.KeyOf(item, list) ?? [];
        return $"k:{new JsonObject(key.OrderBy(k => k.Key, StringComparer.Ordinal).Select(k => KeyValuePair.Create(k.Key, k.Value?.DeepClone()))).ToText()}";
    }

    private static JsonSchema Member(JsonSchema schema, string name) => schema.Member(name) ?? Deduced;

    private static JsonNode? Merge(JsonNode? live, JsonNode? applied, JsonSchema schema)
    {
        switch (live, applied)
        {
            case (JsonObject a, JsonObject b) when schema.MapType != "atomic":
                Merge(a, b, schema);
                return a;
            case (JsonArray a, JsonArray b) when schema.ListType is "map" or "set":
                foreach (var item in b)
                {
                    var step = Step(item, schema);
                    var at = IndexOf(a, step, schema);
                    if (at < 0)
                    {
                        a.Add(item?.DeepClone());
                    }
                    else if (schema.ListType == "map")
                    {
                        var current = a[at];
                        a[at] = null;
                        a[at] = Merge(current, item, schema.Items ?? Deduced);
                    }
                }

                return a;
            default:
                return applied?.DeepClone();
        }
    }

    private static void Remove(JsonNode? value, string step, JsonSchema schema)
    {
        switch (value)
        {
            case JsonObject members when step.StartsWith("f:", StringComparison.Ordinal):
                _ = members.Remove(step[2..]);
                break;
            case JsonArray items when IndexOf(items, step, schema) is >= 0 and var at:
                items.RemoveAt(at);
                break;
        }
    }

    private static (JsonNode? Value, JsonSchema Schema)? Find(JsonNode? value, string step, JsonSchema schema) => value switch
    {
        JsonObject members when step.StartsWith("f:", StringComparison.Ordinal) && members.ContainsKey(step[2..]) => (members[step[2..]], Member(schema, step[2..])),
        JsonArray items when IndexOf(items, step, schema) is >= 0 and var at => (items[at], schema.Items ?? Deduced),
        _ => null,
    };

    private static int IndexOf(JsonArray items, string step, JsonSchema list)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (list.ListType is "map" or "set" && Step(items[i], list) == step)
            {
                return i;
            }
        }

        return -1;
    }
}
