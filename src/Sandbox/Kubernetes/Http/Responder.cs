using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Hosting;
using GovernedFinetune.Sandbox.Kubernetes.Json;

namespace GovernedFinetune.Sandbox.Kubernetes.Http;

/// <summary>Writes answers.</summary>
internal static class Responder
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, MaxDepth = 1000 };

    /// <summary>Answers with a JSON value.</summary>
    public static Task WriteAsync(HttpContext http, int status, JsonNode body, string contentType = "application/json")
    {
        var pretty = http.Request.Query["pretty"].ToString() is "true" or "1";
        return WriteAsync(http, status, pretty && contentType == "application/json" ? Pretty(body) : body.ToUtf8(), contentType);
    }

    /// <summary>Answers with text that is already encoded.</summary>
    public static async Task WriteAsync(HttpContext http, int status, byte[] body, string contentType)
    {
        Begin(http, status, contentType, body.Length);
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    /// <summary>Says what is going to be answered; the body is the caller's to write.</summary>
    public static void Begin(HttpContext http, int status, string contentType, long length)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = contentType;
        http.Response.ContentLength = length;
        http.Response.Headers.CacheControl = "no-cache, private";
    }

    /// <summary>Answers with a refusal.</summary>
    public static Task RefuseAsync(HttpContext http, StatusException refusal)
    {
        http.Description().Error = refusal.Reason;
        if (refusal.RetryAfterSeconds > 0 && !http.Response.Headers.ContainsKey("Retry-After"))
        {
            http.Response.Headers.RetryAfter = refusal.RetryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return WriteAsync(http, refusal.Code, refusal.ToJson());
    }

    /// <summary>Sends warnings that kubectl shows to its user.</summary>
    public static void Warn(HttpContext http, IEnumerable<string> warnings)
    {
        foreach (var warning in warnings.Distinct(StringComparer.Ordinal))
        {
            var printable = new StringBuilder();
            foreach (var c in warning)
            {
                _ = c is '"' or '\\' ? printable.Append('\\').Append(c) : printable.Append(c is >= ' ' and < (char)127 ? c : '?');
            }

            http.Response.Headers.Append("Warning", $"299 - \"{printable}\"");
        }
    }

    private static byte[] Pretty(JsonNode body)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Indented))
        {
            body.WriteTo(writer);
        }

        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }
}
