using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Schema;

namespace GovernedFinetune.Sandbox.Kubernetes.Cel;

/// <summary>A list of CEL values. Items of resource lists become values when they are looked at.</summary>
internal sealed class CelList(IReadOnlyList<object?> items, JsonSchema? schema) : IReadOnlyList<object?>
{
    public int Count => items.Count;

    /// <summary>Schema of the list, whose list type decides what equality and <c>+</c> mean.</summary>
    public JsonSchema? Schema { get; } = schema;

    public object? this[int index] => items[index];

    public IEnumerator<object?> GetEnumerator() => items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>A map made by an expression, a map of the resource, or one of its objects.</summary>
internal abstract class CelMap
{
    public abstract int Count { get; }

    public abstract IEnumerable<object> Keys { get; }

    public abstract bool TryGet(object key, out object? value);
}

/// <summary>A map that an expression made.</summary>
internal sealed class LiteralMap(Dictionary<object, object?> entries) : CelMap
{
    public override int Count => entries.Count;

    public override IEnumerable<object> Keys => entries.Keys;

    public override bool TryGet(object key, out object? value) =>
        entries.TryGetValue(key, out value) || (key is double d && d == Math.Floor(d) && Math.Abs(d) < 1e15 && entries.TryGetValue((long)d, out value));
}

/// <summary>A map or object of the resource.</summary>
internal sealed class ResourceMap(JsonObject members, JsonSchema? schema, bool isResource) : CelMap
{
    public override int Count => members.Count;

    public override IEnumerable<object> Keys => members.Select(m => (object)m.Key);

    public override bool TryGet(object key, out object? value)
    {
        value = null;
        if (key is not string name || !members.TryGetPropertyValue(name, out var node))
        {
            return false;
        }

        value = isResource && name is "apiVersion" or "kind" or "metadata"
            ? Values.Untyped(node)
            : Values.Of(node, schema?.Member(name));
        return true;
    }
}

/// <summary>Turns JSON into CEL values: null, bool, long, double, string, byte[], TimeSpan, DateTimeOffset, lists and maps.</summary>
internal static class Values
{
    public static object? Of(JsonNode? node, JsonSchema? schema, bool isResource = false)
    {
        switch (node)
        {
            case null:
                return null;
            case JsonObject members:
                return new ResourceMap(members, schema, isResource || schema?.EmbeddedResource == true);
            case JsonArray items:
                return new CelList([.. items.Select(i => Of(i, schema?.Items))], schema);
        }

        if (node.AsText() is { } text)
        {
            return schema is { Type: "string", IntOrString: false } ? OfText(text, schema.Format) : text;
        }

        if (node.GetValueKind() is JsonValueKind.True or JsonValueKind.False)
        {
            return node.GetValueKind() == JsonValueKind.True;
        }

        return schema?.Type != "number" && node.TryGetWhole(out var whole)
            ? whole
            : node.TryGetReal(out var real) ? real : throw new CelRuntimeException("a number is out of range");
    }

    public static object? Untyped(JsonNode? node) => Of(node, null);

    private static object OfText(string text, string? format) => format switch
    {
        "byte" => Convert.TryFromBase64String(text, new byte[text.Length], out _) ? Convert.FromBase64String(text) : throw new CelRuntimeException("conversion error: not base64"),
        "duration" => GoDuration.TryParse(text, out var duration) ? duration : throw new CelRuntimeException($"conversion error: '{text}' is no duration"),
        "date-time" => Timestamps.TryParse(text, out var time) ? time : throw new CelRuntimeException($"conversion error: '{text}' is no timestamp"),
        "date" => Timestamps.TryParse($"{text}T00:00:00Z", out var day) ? day : throw new CelRuntimeException($"conversion error: '{text}' is no date"),
        _ => text,
    };

    /// <summary>The kind of a value, for messages.</summary>
    public static string TypeName(object? value) => value switch
    {
        null => "null_type",
        bool => "bool",
        long => "int",
        double => "double",
        string => "string",
        byte[] => "bytes",
        TimeSpan => "google.protobuf.Duration",
        DateTimeOffset => "google.protobuf.Timestamp",
        CelList => "list",
        _ => "map",
    };
}
