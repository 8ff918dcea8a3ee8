using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Kubernetes.Apply;

/// <summary>
/// A set of fields, as <c>metadata.managedFields</c> keeps it (FieldsV1): a tree whose steps are <c>f:name</c> for
/// members, <c>k:{...}</c> for items of keyed lists and <c>v:...</c> for items of sets. A node can be in the set itself
/// and have others below it.
/// </summary>
internal sealed class FieldSet
{
    private readonly SortedDictionary<string, FieldSet> _children = new(StringComparer.Ordinal);

    /// <summary>Whether this very field is in the set.</summary>
    public bool IsMember { get; set; }

    /// <summary>Whether neither this field nor any below it is in the set.</summary>
    public bool IsEmpty => !IsMember && _children.Values.All(c => c.IsEmpty);

    /// <summary>The steps from here.</summary>
    public IReadOnlyDictionary<string, FieldSet> Children => _children;

    /// <summary>The node one step down, made when there is none.</summary>
    public FieldSet At(string step)
    {
        if (!_children.TryGetValue(step, out var child))
        {
            _children[step] = child = new FieldSet();
        }

        return child;
    }

    /// <summary>Puts a set one step down, in place of what is there.</summary>
    public void Set(string step, FieldSet child) => _children[step] = child;

    /// <summary>Takes a step and all below it out of the set.</summary>
    public void Drop(string step) => _children.Remove(step);

    /// <summary>Everything that is in either set.</summary>
    public static FieldSet Union(FieldSet left, FieldSet right) =>
        Combine(left, right, (a, b) => a || b);

    /// <summary>What is in both sets.</summary>
    public static FieldSet Intersection(FieldSet left, FieldSet right) =>
        Combine(left, right, (a, b) => a && b);

    /// <summary>What is in <paramref name="left"/> but not in <paramref name="right"/>.</summary>
    public static FieldSet Difference(FieldSet left, FieldSet right) =>
        Combine(left, right, (a, b) => a && !b);

    /// <summary>What is in <paramref name="left"/>, without the fields of <paramref name="right"/> and everything below them.</summary>
    public static FieldSet RecursiveDifference(FieldSet left, FieldSet right)
    {
        if (right.IsMember)
        {
            return new FieldSet();
        }

        var result = new FieldSet { IsMember = left.IsMember };
        foreach (var (step, child) in left._children)
        {
            result.Keep(step, right._children.TryGetValue(step, out var other) ? RecursiveDifference(child, other) : child);
        }

        return result;
    }

    /// <summary>Whether both sets hold the same fields.</summary>
    public static bool Same(FieldSet left, FieldSet right) =>
        Difference(left, right).IsEmpty && Difference(right, left).IsEmpty;

    /// <summary>Whether all of these fields are in a set given as FieldsV1, which need not be read for that.</summary>
    public bool IsWithin(JsonObject fields) =>
        (!IsMember || IsMemberOf(fields)) && _children.All(c => c.Value.IsEmpty || (fields[c.Key] is JsonObject inner && c.Value.IsWithin(inner)));

    /// <summary>Whether any of these fields is in a set given as FieldsV1.</summary>
    public bool Intersects(JsonObject fields) =>
        (IsMember && IsMemberOf(fields)) || _children.Any(c => fields[c.Key] is JsonObject inner && c.Value.Intersects(inner));

    /// <summary>The fields as paths such as <c>.spec.conditions[type="Ready"].status</c>.</summary>
    public IEnumerable<string> Paths(string prefix = "")
    {
        if (IsMember)
        {
            yield return prefix;
        }

        foreach (var path in _children.SelectMany(c => c.Value.Paths(prefix + Show(c.Key))))
        {
            yield return path;
        }
    }

    /// <summary>The set as FieldsV1.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject();
        if (IsMember && _children.Values.Any(c => !c.IsEmpty))
        {
            json["."] = new JsonObject();
        }

        foreach (var (step, child) in _children.Where(c => !c.Value.IsEmpty))
        {
            json[step] = child.ToJson();
        }

        return json;
    }

    /// <summary>Reads FieldsV1.</summary>
    public static FieldSet FromJson(JsonObject json)
    {
        var set = new FieldSet();
        foreach (var (step, value) in json)
        {
            if (step == ".")
            {
                set.IsMember = true;
            }
            else if (value is JsonObject child)
            {
                var node = FromJson(child);
                node.IsMember |= child.Count == 0;
                set._children[step] = node;
            }
        }

        return set;
    }

    private static bool IsMemberOf(JsonObject fields) => fields.Count == 0 || fields.ContainsKey(".");

    private static FieldSet Combine(FieldSet left, FieldSet right, Func<bool, bool, bool> member)
    {
        var result = new FieldSet { IsMember = member(left.IsMember, right.IsMember) };
        foreach (var step in left._children.Keys.Union(right._children.Keys, StringComparer.Ordinal))
        {
            result.Keep(step, Combine(
                left._children.GetValueOrDefault(step) ?? Nothing,
                right._children.GetValueOrDefault(step) ?? Nothing,
                member));
        }

        return result;
    }

    private static readonly FieldSet Nothing = new();

    private void Keep(string step, FieldSet child)
    {
        if (!child.IsEmpty)
        {
            _children[step] = child;
        }
    }

    private static string Show(string step)
    {
        if (step.StartsWith("f:", StringComparison.Ordinal))
        {
            return $".{step[2..]}";
        }

        if (step.StartsWith("k:", StringComparison.Ordinal) && Json.JsonReading.Parse(System.Text.Encoding.UTF8.GetBytes(step[2..])) is JsonObject key)
        {
            return $"[{string.Join(",", key.Select(k => $"{k.Key}={Json.JsonNodes.ToText(k.Value)}"))}]";
        }

        return $"[={step[2..]}]";
    }
}
