using System.Text.Json;

namespace GovernedFinetune.Sandbox.Catalog.Http;

/// <summary>Reads fields of a JSON object; every failure is a 400 that names the field by its full path.</summary>
internal sealed class JsonBody
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly JsonElement _object;
    private readonly string _path;

    private JsonBody(JsonElement value, string path)
    {
        _object = value;
        _path = path;
    }

    public static JsonBody Parse(ReadOnlyMemory<byte> json)
    {
        if (json.IsEmpty)
        {
            throw ApiError.Malformed("the request has no body; expected a JSON object.");
        }

        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new JsonBody(document.RootElement.Clone(), "")
                : throw ApiError.Malformed($"expected a JSON object, found {document.RootElement.ValueKind}.");
        }
        catch (JsonException e)
        {
            throw ApiError.Malformed(e.Message);
        }
    }

    /// <summary>The field's full path, such as <c>changes[0].principal</c>.</summary>
    public string PathOf(string field) => _path + field;

    public bool Has(string field) => Find(field) is not null;

    public string RequiredText(string field) => Text(field) is { Length: > 0 } text ? text : throw Missing(field);

    public string? Text(string field) => Find(field) is { } value ? AsText(value, field) : null;

    public bool Flag(string field) => Find(field) is { } value && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        // MLflow's native client writes Python's booleans.
        JsonValueKind.String when bool.TryParse(AsText(value, field), out var flag) => flag,
        _ => throw Wrong(field, "true or false", value),
    };

    public int? Number(string field) => Find(field) is { } value
        ? value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : throw Wrong(field, "an integer", value)
        : null;

    public JsonBody? Object(string field) => Find(field) is { } value
        ? value.ValueKind == JsonValueKind.Object ? new JsonBody(value, PathOf(field) + ".") : throw Wrong(field, "an object", value)
        : null;

    public JsonBody RequiredObject(string field) => Object(field) ?? throw Missing(field);

    public IReadOnlyList<JsonBody> Objects(string field) =>
        [.. Items(field).Select((value, i) => value.ValueKind == JsonValueKind.Object
            ? new JsonBody(value, $"{PathOf(field)}[{i}].")
            : throw Wrong($"{field}[{i}]", "an object", value))];

    public IReadOnlyList<string> Texts(string field) => [.. Items(field).Select((value, i) => AsText(value, $"{field}[{i}]"))];

    public IReadOnlyDictionary<string, string> Map(string field)
    {
        var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (Object(field) is { } nested)
        {
            foreach (var property in nested._object.EnumerateObject())
            {
                map[NameOf(property, field)] = AsText(property.Value, $"{field}.{NameOf(property, field)}");
            }
        }

        return map;
    }

    private JsonElement.ArrayEnumerator Items(string field) => Find(field) is { } value
        ? value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw Wrong(field, "a list", value)
        : default;

    private JsonElement? Find(string field) =>
        _object.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private string AsText(JsonElement value, string field)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw Wrong(field, "a string", value);
        }

        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw ApiError.Invalid(PathOf(field), "holds text that is not valid Unicode.");
        }
    }

    private string NameOf(JsonProperty property, string field)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            throw ApiError.Invalid(PathOf(field), "has a key that is not valid Unicode.");
        }
    }

    private ApiError Missing(string field) => ApiError.Invalid(PathOf(field), "is missing.");

    private ApiError Wrong(string field, string expected, JsonElement found) =>
        ApiError.Invalid(PathOf(field), $"must be {expected}, not {found.ValueKind}.");
}
