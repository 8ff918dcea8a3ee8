using System.Collections;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace GovernedFinetune.Sandbox.Catalog.Http;

/// <summary>
/// JSON as the service writes it: snake case, and fields that are false, zero or empty are left out, so that a client
/// which needs them fails here and not in production. A nullable property is left out only when it is null.
/// </summary>
internal static class Wire
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { OmitEmpty } },
    };

    public static byte[] Serialize(object answer) => JsonSerializer.SerializeToUtf8Bytes(answer, answer.GetType(), Options);

    public static Task WriteAsync(HttpContext http, object answer) => WriteAsync(http, Serialize(answer));

    public static async Task WriteAsync(HttpContext http, byte[] json)
    {
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = json.Length;
        await http.Response.Body.WriteAsync(json, http.RequestAborted);
    }

    private static void OmitEmpty(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            property.ShouldSerialize = (_, value) => !IsEmpty(property.PropertyType, value);
        }
    }

    private static bool IsEmpty(Type declared, object? value) => value switch
    {
        null => true,
        string text => text.Length == 0,
        ICollection { Count: 0 } => true,
        false => declared == typeof(bool),
        0 => declared == typeof(int),
        0L => declared == typeof(long),
        _ => false,
    };
}
