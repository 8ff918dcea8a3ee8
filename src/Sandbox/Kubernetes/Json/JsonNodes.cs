using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Kubernetes.Json;

/// <summary>Short ways through JSON trees. Trees that the store holds are never changed: clone first.</summary>
internal static class JsonNodes
{
    private static readonly JsonSerializerOptions Compact = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 1000,
    };

    private const int MaximumBuffer = 256 << 10;

    [ThreadStatic]
    private static System.Buffers.ArrayBufferWriter<byte>? _buffer;

    private static readonly JsonWriterOptions Writing = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 1000,
        SkipValidation = true,
    };

    /// <summary>The child object, or null when there is none or it is something else.</summary>
    public static JsonObject? Object(this JsonNode? node, string name) => (node as JsonObject)?[name] as JsonObject;

    /// <summary>The child array, or null when there is none or it is something else.</summary>
    public static JsonArray? Array(this JsonNode? node, string name) => (node as JsonObject)?[name] as JsonArray;

    /// <summary>The child string, or null when there is none or it is something else.</summary>
    public static string? Text(this JsonNode? node, string name) => (node as JsonObject)?[name].AsText();

    /// <summary>The child whole number, or null when there is none or it is something else.</summary>
    public static long? Whole(this JsonNode? node, string name) =>
        (node as JsonObject)?[name] is JsonValue value && value.TryGetWhole(out var whole) ? whole : null;

    /// <summary>Whether the child is <c>true</c>.</summary>
    public static bool Flag(this JsonNode? node, string name) =>
        (node as JsonObject)?[name] is JsonValue value && value.GetValueKind() == JsonValueKind.True;

    /// <summary>The string that this node is, or null.</summary>
    public static string? AsText(this JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    /// <summary>The strings of an array; other items are left out.</summary>
    public static IEnumerable<string> Texts(this JsonNode? node) =>
        node is JsonArray array ? array.Select(AsText).OfType<string>() : [];

    /// <summary>Whether the value is a number without a fraction that fits 64 bits.</summary>
    public static bool TryGetWhole(this JsonNode? node, out long whole)
    {
        whole = 0;
        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.Number)
        {
            return false;
        }

        if (value.TryGetValue(out whole))
        {
            return true;
        }

        if (value.TryGetValue(out int small))
        {
            whole = small;
            return true;
        }

        if (value.TryGetValue(out double real) && real == Math.Floor(real) && Math.Abs(real) < 9e18)
        {
            whole = (long)real;
            return true;
        }

        return false;
    }

    /// <summary>Whether the value is a number; gives it as a double.</summary>
    public static bool TryGetReal(this JsonNode? node, out double real)
    {
        real = 0;
        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.Number)
        {
            return false;
        }

        if (value.TryGetValue(out long whole))
        {
            real = whole;
            return true;
        }

        return value.TryGetValue(out real);
    }

    /// <summary>The child object, made when there is none.</summary>
    public static JsonObject Ensure(this JsonObject parent, string name)
    {
        if (parent[name] is JsonObject known)
        {
            return known;
        }

        var made = new JsonObject();
        parent[name] = made;
        return made;
    }

    /// <summary>Sets or, for null, removes a member. The value is cloned when it already hangs in another tree.</summary>
    public static void Put(this JsonObject parent, string name, JsonNode? value)
    {
        if (value is null)
        {
            _ = parent.Remove(name);
        }
        else if (!ReferenceEquals(parent[name], value))
        {
            parent[name] = value.Parent is null ? value : value.DeepClone();
        }
    }

    /// <summary>A copy of an object.</summary>
    public static JsonObject Copy(this JsonObject source) => (JsonObject)source.DeepClone();

    /// <summary>Equality of JSON values; 1 equals 1.0, the order of members does not count.</summary>
    public static bool Same(JsonNode? left, JsonNode? right)
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        switch (left, right)
        {
            case (JsonObject a, JsonObject b):
                return a.Count == b.Count && SameMembers(a, b);
            case (JsonArray a, JsonArray b):
                if (a.Count != b.Count)
                {
                    return false;
                }

                for (var i = 0; i < a.Count; i++)
                {
                    if (!Same(a[i], b[i]))
                    {
                        return false;
                    }
                }

                return true;
            case (JsonValue a, JsonValue b):
                var kind = a.GetValueKind();
                if (kind != b.GetValueKind())
                {
                    return false;
                }

                if (kind == JsonValueKind.String)
                {
                    return a.GetValue<string>() == b.GetValue<string>();
                }

                if (kind != JsonValueKind.Number)
                {
                    return true;
                }

                return a.TryGetWhole(out var m) && b.TryGetWhole(out var n)
                    ? m == n
                    : a.TryGetReal(out var x) && b.TryGetReal(out var y) && x.Equals(y);
            default:
                return false;
        }
    }

    private static bool SameMembers(JsonObject left, JsonObject right)
    {
        for (var i = 0; i < left.Count; i++)
        {
            var (name, value) = left.GetAt(i);
            if (!right.TryGetPropertyValue(name, out var other) || !Same(value, other))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The node as compact JSON text.</summary>
    public static string ToText(this JsonNode? node) => node is null ? "null" : node.ToJsonString(Compact);

    /// <summary>The node as compact UTF-8 JSON.</summary>
    public static byte[] ToUtf8(this JsonNode? node) => Write(writer => Write(writer, node));

    /// <summary>Writes a node as <see cref="ToUtf8"/> does.</summary>
    public static void Write(Utf8JsonWriter writer, JsonNode? node)
    {
        if (node is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            node.WriteTo(writer, Compact);
        }
    }

    /// <summary>What a function writes as compact UTF-8 JSON.</summary>
    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        // The buffer is used again by the same thread: only the result is left for the collector.
        var buffer = _buffer ?? new System.Buffers.ArrayBufferWriter<byte>(16 << 10);
        _buffer = null;
        using (var writer = new Utf8JsonWriter(buffer, Writing))
        {
            write(writer);
        }

        var written = buffer.WrittenSpan.ToArray();
        if (buffer.Capacity <= MaximumBuffer)
        {
            buffer.ResetWrittenCount();
            _buffer = buffer;
        }

        return written;
    }

    /// <summary>Whether the node is there and an object.</summary>
    public static bool TryGetObject(this JsonObject parent, string name, [NotNullWhen(true)] out JsonObject? child)
    {
        child = parent[name] as JsonObject;
        return child is not null;
    }
}
