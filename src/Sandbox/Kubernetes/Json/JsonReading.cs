using System.Text.Json;
using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Kubernetes.Json;

/// <summary>
/// Reads JSON as an API server must: the last of two equal keys wins but is reported, whole numbers stay whole, and
/// nothing is nested deeper than <see cref="MaximumDepth"/>, so that every walk over the result may recurse.
/// </summary>
internal static class JsonReading
{
    public const int MaximumDepth = 200;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = MaximumDepth };

    /// <summary>Reads one document.</summary>
    /// <param name="utf8">The document.</param>
    /// <param name="duplicates">Takes the path of every key that occurs twice in its object.</param>
    /// <exception cref="FormatException">The text is not JSON, or too deep.</exception>
    public static JsonNode? Parse(ReadOnlySpan<byte> utf8, ICollection<string>? duplicates = null)
    {
        var reader = new Utf8JsonReader(utf8, Options);
        try
        {
            _ = reader.Read();
            var node = ReadValue(ref reader, "", duplicates);
            if (reader.Read())
            {
                throw new FormatException("unexpected text after the document");
            }

            return node;
        }
        catch (JsonException e)
        {
            throw new FormatException(e.Message, e);
        }
        catch (InvalidOperationException e)
        {
            // Utf8JsonReader.GetString on invalid UTF-8 or a lone surrogate.
            throw new FormatException("a string is not valid UTF-8", e);
        }
    }

    private static JsonNode? ReadValue(ref Utf8JsonReader reader, string path, ICollection<string>? duplicates) => reader.TokenType switch
    {
        JsonTokenType.StartObject => ReadObject(ref reader, path, duplicates),
        JsonTokenType.StartArray => ReadArray(ref reader, path, duplicates),
        JsonTokenType.String => JsonValue.Create(reader.GetString()!),
        JsonTokenType.True => JsonValue.Create(true),
        JsonTokenType.False => JsonValue.Create(false),
        JsonTokenType.Number when reader.TryGetInt64(out var whole) => JsonValue.Create(whole),
        JsonTokenType.Number when reader.TryGetDouble(out var real) && double.IsFinite(real) => JsonValue.Create(real),
        JsonTokenType.Number => throw new FormatException("a number is out of range"),
        _ => null,
    };

    private static JsonObject ReadObject(ref Utf8JsonReader reader, string path, ICollection<string>? duplicates)
    {
        var result = new JsonObject();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            _ = reader.Read();

            // Paths are only made for those who ask for duplicates: they cost more than the reading.
            var child = duplicates is null ? "" : path.Length == 0 ? name : $"{path}.{name}";
            if (duplicates is not null && result.ContainsKey(name))
            {
                duplicates.Add(child);
            }

            result[name] = ReadValue(ref reader, child, duplicates);
        }

        return result;
    }

    private static JsonArray ReadArray(ref Utf8JsonReader reader, string path, ICollection<string>? duplicates)
    {
        var result = new JsonArray();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            result.Add(ReadValue(ref reader, duplicates is null ? "" : $"{path}[{result.Count}]", duplicates));
        }

        return result;
    }
}
