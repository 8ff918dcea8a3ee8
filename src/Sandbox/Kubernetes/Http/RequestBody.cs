using System.Text;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Protobuf;
using Microsoft.Net.Http.Headers;

namespace GovernedFinetune.Sandbox.Kubernetes.Http;

/// <summary>A request's body, as sent.</summary>
/// <param name="MediaType">Media type without parameters, in lower case; empty when the client named none.</param>
/// <param name="Bytes">The bytes.</param>
internal sealed record RequestBody(string MediaType, byte[] Bytes)
{
    /// <summary>A real server's limit.</summary>
    public const int Limit = 3 << 20;

    /// <exception cref="StatusException">The body is larger than <see cref="Limit"/>.</exception>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var mediaType = MediaTypeHeaderValue.TryParse(request.ContentType, out var parsed)
            ? parsed.MediaType.ToString().ToLowerInvariant()
            : string.IsNullOrWhiteSpace(request.ContentType)
                ? ""
                : throw Refusals.UnsupportedMediaType(request.ContentType, "application/json, application/yaml, application/vnd.kubernetes.protobuf");
        if (request.ContentLength > Limit)
        {
            throw Refusals.TooLarge($"limit is {Limit}");
        }

        using var buffer = new MemoryStream((int)(request.ContentLength ?? 0));
        var chunk = new byte[16 << 10];
        int read;
        while ((read = await request.Body.ReadAsync(chunk, cancellationToken)) > 0)
        {
            if (buffer.Length + read > Limit)
            {
                throw Refusals.TooLarge($"limit is {Limit}");
            }

            buffer.Write(chunk, 0, read);
        }

        return new RequestBody(mediaType, buffer.ToArray());
    }

    /// <summary>The body as one JSON value; YAML is read where the media type says so.</summary>
    /// <exception cref="StatusException">The body cannot be read, or has another media type.</exception>
    public JsonNode? Parse(ICollection<string>? duplicates, params string[] jsonTypes)
    {
        try
        {
            return MediaType switch
            {
                "application/yaml" or "application/apply-patch+yaml" when LooksLikeYaml => YamlReading.Parse(Encoding.UTF8.GetString(Bytes), duplicates),
                ProtobufReading.MediaType => ProtobufReading.Parse(Bytes),
                "" or "application/json" or "application/yaml" or "application/apply-patch+yaml" => JsonReading.Parse(Bytes, duplicates),
                _ when jsonTypes.Contains(MediaType) => JsonReading.Parse(Bytes, duplicates),
                _ => throw Refusals.UnsupportedMediaType(MediaType, "application/json, application/yaml, application/vnd.kubernetes.protobuf"),
            };
        }
        catch (FormatException e)
        {
            throw Refusals.BadRequest($"error decoding the request's body: {e.Message}");
        }
    }

    /// <summary>The body as a JSON object.</summary>
    /// <exception cref="StatusException">It is something else.</exception>
    public JsonObject ParseObject(ICollection<string>? duplicates, params string[] jsonTypes) =>
        Parse(duplicates, jsonTypes) as JsonObject ?? throw Refusals.BadRequest("the request's body must be an object");

    private bool LooksLikeYaml
    {
        get
        {
            var first = Array.Find(Bytes, b => b is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'));
            return first is not ((byte)'{' or (byte)'[');
        }
    }
}
