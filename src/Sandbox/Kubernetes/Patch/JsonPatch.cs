using System.Globalization;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;

namespace GovernedFinetune.Sandbox.Kubernetes.Patch;

/// <summary>RFC 6902.</summary>
internal static class JsonPatch
{
    private const int MaximumOperations = 10_000;

    /// <summary>Applies a patch to <paramref name="target"/>, which is changed, and gives the result.</summary>
    /// <exception cref="FormatException">The patch is malformed, or does not fit the target.</exception>
    public static JsonNode? Apply(JsonNode? target, JsonArray patch)
    {
        if (patch.Count > MaximumOperations)
        {
            throw new FormatException($"The allowed maximum operations in a JSON patch is {MaximumOperations}, got {patch.Count}");
        }

        var root = new JsonObject { ["root"] = target };
        foreach (var operation in patch)
        {
            Apply(root, operation as JsonObject ?? throw new FormatException("an operation of a JSON patch must be an object"));
        }

        var result = root["root"];
        _ = root.Remove("root");
        return result;
    }

    private static void Apply(JsonObject root, JsonObject operation)
    {
        var op = operation.Text("op");
        var path = Tokens(operation, "path");
        switch (op)
        {
            case "add":
                Add(root, path, Value(operation));
                break;
            case "replace":
                _ = Find(root, path);
                Replace(root, path, Value(operation));
                break;
            case "remove":
                _ = Remove(root, path);
                break;
            case "test":
                if (!JsonNodes.Same(Find(root, path), operation["value"]))
                {
                    throw new FormatException($"testing value {operation.Text("path")} failed");
                }

                break;
            case "copy":
                Add(root, path, Find(root, Tokens(operation, "from"))?.DeepClone());
                break;
            case "move":
                var from = Tokens(operation, "from");
                if (path.Count > from.Count && from.SequenceEqual(path.Take(from.Count)))
                {
                    throw new FormatException("a value cannot be moved into itself");
                }

                Add(root, path, Remove(root, from));
                break;
            default:
                throw new FormatException($"Unexpected kind: {op ?? "unknown"}");
        }
    }

    private static JsonNode? Value(JsonObject operation) => operation.TryGetPropertyValue("value", out var value)
        ? value?.DeepClone()
        : throw new FormatException($"{operation.Text("op")} operation has no value");

    private static List<string> Tokens(JsonObject operation, string field)
    {
        var pointer = operation.Text(field) ?? throw new FormatException($"{operation.Text("op")} operation has no {field}");
        if (pointer.Length > 0 && pointer[0] != '/')
        {
            throw new FormatException($"the pointer '{pointer}' does not begin with '/'");
        }

        return ["root", .. pointer.Split('/').Skip(1).Select(t => t.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];
    }

    private static JsonNode Parent(JsonObject root, List<string> path)
    {
        JsonNode? at = root;
        foreach (var token in path.Take(path.Count - 1))
        {
            at = Child(at, token, path);
        }

        return at is JsonObject or JsonArray ? at : throw Missing(path);
    }

    private static JsonNode? Find(JsonObject root, List<string> path) => Child(Parent(root, path), path[^1], path);

    private static JsonNode? Child(JsonNode? at, string token, List<string> path) => at switch
    {
        JsonObject members when members.TryGetPropertyValue(token, out var value) => value,
        JsonArray items when Index(token, items.Count - 1) is { } index => items[index],
        _ => throw Missing(path),
    };

    private static void Add(JsonObject root, List<string> path, JsonNode? value)
    {
        switch (Parent(root, path))
        {
            case JsonObject members:
                members[path[^1]] = value;
                break;
            case JsonArray items when path[^1] == "-":
                items.Add(value);
                break;
            case JsonArray items:
                items.Insert(Index(path[^1], items.Count) ?? throw Missing(path), value);
                break;
        }
    }

    private static void Replace(JsonObject root, List<string> path, JsonNode? value)
    {
        switch (Parent(root, path))
        {
            case JsonObject members:
                members[path[^1]] = value;
                break;
            case JsonArray items:
                items[Index(path[^1], items.Count - 1) ?? throw Missing(path)] = value;
                break;
        }
    }

    private static JsonNode? Remove(JsonObject root, List<string> path)
    {
        var found = Find(root, path);
        switch (Parent(root, path))
        {
            case JsonObject members:
                _ = members.Remove(path[^1]);
                break;
            case JsonArray items:
                items.RemoveAt(Index(path[^1], items.Count - 1)!.Value);
                break;
        }

        return found;
    }

    private static int? Index(string token, int last) =>
        int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index <= last && (token.Length == 1 || token[0] != '0')
            ? index
            : null;

    private static FormatException Missing(List<string> path) =>
        new($"the path /{string.Join('/', path.Skip(1))} does not exist in the object");
}
