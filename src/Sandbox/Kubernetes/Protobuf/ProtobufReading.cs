using System.Text;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;

namespace GovernedFinetune.Sandbox.Kubernetes.Protobuf;

/// <summary>Reads the bodies of clients that send <c>application/vnd.kubernetes.protobuf</c>, as the JSON that they stand for.</summary>
internal static class ProtobufReading
{
    public const string MediaType = "application/vnd.kubernetes.protobuf";
    private const int MaximumDepth = 50;

    private static ReadOnlySpan<byte> Prefix => "k8s\0"u8;

    /// <exception cref="FormatException">The bytes are no message, or one of a kind that is not known here.</exception>
    public static JsonObject Parse(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith(Prefix))
        {
            throw new FormatException("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
        }

        var (apiVersion, kind, raw) = Envelope(body[Prefix.Length..]);
        var message = kind == "DeleteOptions" ? kind : $"{apiVersion}/{kind}";
        if (MessageTypes.Find(message) is null)
        {
            throw new FormatException($"the sandbox's API server reads no protobuf of {apiVersion}, Kind={kind}; send JSON");
        }

        var json = Message(raw, message, 0);
        json["apiVersion"] = apiVersion;
        json["kind"] = kind;
        return json;
    }

    /// <summary><c>runtime.Unknown</c>: what it is, and its bytes.</summary>
    private static (string ApiVersion, string Kind, byte[] Raw) Envelope(ReadOnlySpan<byte> body)
    {
        var (apiVersion, kind, raw) = ("", "", Array.Empty<byte>());
        var wire = new Wire(body);
        while (wire.Next(out var number))
        {
            switch (number)
            {
                case 1:
                    var meta = new Wire(wire.Bytes());
                    while (meta.Next(out var field))
                    {
                        var text = Encoding.UTF8.GetString(meta.Bytes());
                        (apiVersion, kind) = field switch { 1 => (text, kind), 2 => (apiVersion, text), _ => (apiVersion, kind) };
                    }

                    break;
                case 2:
                    raw = wire.Bytes().ToArray();
                    break;
                default:
                    wire.Skip();
                    break;
            }
        }

        return (apiVersion, kind, raw);
    }

    private static JsonObject Message(ReadOnlySpan<byte> bytes, string message, int depth)
    {
        if (depth > MaximumDepth)
        {
            throw new FormatException("a protobuf message is nested too deep");
        }

        var fields = MessageTypes.Find(message)!;
        var json = new JsonObject();
        var wire = new Wire(bytes);
        while (wire.Next(out var number))
        {
            if (!fields.TryGetValue(number, out var field))
            {
                wire.Skip();
            }
            else if (field.Map)
            {
                var (key, value) = Entry(ref wire, field);
                json.Ensure(field.Name)[key] = value;
            }
            else if (field.Repeated)
            {
                var items = json.Array(field.Name);
                if (items is null)
                {
                    json[field.Name] = items = [];
                }

                items.Add(Value(ref wire, field, depth));
            }
            else if (Value(ref wire, field, depth) is { } value && (field.KeepsZero || !IsZero(value)))
            {
                json[field.Name] = value;
            }
        }

        return json;
    }

    private static (string Key, JsonNode? Value) Entry(ref Wire wire, MessageField field)
    {
        var entry = new Wire(wire.Bytes());
        var key = "";
        JsonNode? value = "";
        while (entry.Next(out var number))
        {
            var bytes = entry.Bytes();
            if (number == 1)
            {
                key = Encoding.UTF8.GetString(bytes);
            }
            else
            {
                value = field.Type == "bytes" ? Convert.ToBase64String(bytes) : Encoding.UTF8.GetString(bytes);
            }
        }

        return (key, value);
    }

    private static JsonNode? Value(ref Wire wire, MessageField field, int depth) => field.Type switch
    {
        "int" => JsonValue.Create((long)wire.Varint()),
        "bool" => JsonValue.Create(wire.Varint() != 0),
        "string" => JsonValue.Create(Encoding.UTF8.GetString(wire.Bytes())),
        "bytes" => JsonValue.Create(Convert.ToBase64String(wire.Bytes())),
        "Time" => Time(wire.Bytes(), Timestamps.Seconds),
        "MicroTime" => Time(wire.Bytes(), Timestamps.Micros),
        "IntOrString" => IntOrString(wire.Bytes()),
        "Json" => Fields(wire.Bytes()),
        var message => Message(wire.Bytes(), message, depth + 1),
    };

    private static JsonValue? Time(ReadOnlySpan<byte> bytes, Func<DateTimeOffset, string> format)
    {
        var (seconds, nanos) = (0L, 0L);
        var wire = new Wire(bytes);
        while (wire.Next(out var number))
        {
            var value = (long)wire.Varint();
            (seconds, nanos) = number == 1 ? (value, nanos) : (seconds, value);
        }

        if (seconds is < -62135596800 or > 253402300799 || nanos is < 0 or > 999_999_999)
        {
            throw new FormatException("a time is out of range");
        }

        // The zero time of Go stands for "not set".
        return bytes.Length == 0 || seconds == -62135596800
            ? null
            : JsonValue.Create(format(DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanos / 100)));
    }

    private static JsonValue IntOrString(ReadOnlySpan<byte> bytes)
    {
        var (isText, number, text) = (false, 0L, "");
        var wire = new Wire(bytes);
        while (wire.Next(out var field))
        {
            switch (field)
            {
                case 1:
                    isText = wire.Varint() == 1;
                    break;
                case 2:
                    number = (long)wire.Varint();
                    break;
                default:
                    text = Encoding.UTF8.GetString(wire.Bytes());
                    break;
            }
        }

        return isText ? JsonValue.Create(text) : JsonValue.Create(number);
    }

    private static JsonNode? Fields(ReadOnlySpan<byte> bytes)
    {
        var wire = new Wire(bytes);
        return wire.Next(out _) ? JsonReading.Parse(wire.Bytes()) : null;
    }

    private static bool IsZero(JsonNode value) => value switch
    {
        JsonObject members => members.Count == 0,
        _ => value.AsText() == "" || (value.TryGetWhole(out var whole) && whole == 0) || value.GetValueKind() == System.Text.Json.JsonValueKind.False,
    };
}
