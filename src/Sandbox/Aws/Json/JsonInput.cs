using System.Text.Json;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Aws.Http;

namespace GovernedFinetune.Sandbox.Aws.Json;

/// <summary>Reads a JSON request and its members. Reading is done after <see cref="Shape.Validate"/>, so types are right.</summary>
internal static class JsonInput
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32 };

    /// <exception cref="AwsException">The body is not a JSON object.</exception>
    public static JsonObject Read(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
        {
            return [];
        }

        try
        {
            if (JsonNode.Parse(body.Span, new JsonNodeOptions(), Strict) is JsonObject request)
            {
                // The parser is lazy: a member that is named twice is found only when the object is first used.
                _ = request.Count;
                return request;
            }
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new AwsException(400, "SerializationException", $"The request is not JSON: {e.Message}");
        }

        throw new AwsException(400, "SerializationException", "Start of structure or map found where not expected: the request must be a JSON object.");
    }

    public static string? Text(this JsonObject request, string name) => request[name]?.GetValue<string>();

    public static long? Number(this JsonObject request, string name) => request[name]?.GetValue<long>();

    public static bool Flag(this JsonObject request, string name, bool otherwise = false) => request[name]?.GetValue<bool>() ?? otherwise;

    public static JsonObject? Object(this JsonObject request, string name) => request[name] as JsonObject;

    public static IReadOnlyList<string> Texts(this JsonObject request, string name) =>
        request[name] is JsonArray list ? [.. list.Select(i => i!.GetValue<string>())] : [];

    public static IReadOnlyDictionary<string, string> TextMap(this JsonObject request, string name) =>
        request[name] is JsonObject map ? map.ToDictionary(m => m.Key, m => m.Value!.GetValue<string>()) : new Dictionary<string, string>();

    /// <summary>Copies members that are present: answers never hold a null.</summary>
    public static JsonObject CopyFrom(this JsonObject answer, JsonObject request, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (request[name] is { } value)
            {
                answer[name] = value.DeepClone();
            }
        }

        return answer;
    }

    /// <summary>Adds a member when it has a value.</summary>
    public static JsonObject With(this JsonObject answer, string name, JsonNode? value)
    {
        if (value is not null)
        {
            answer[name] = value;
        }

        return answer;
    }
}
