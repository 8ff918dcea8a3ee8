using System.Text.Json;
using System.Text.Json.Serialization;

namespace GovernedFinetune.Operator.Runs.Jobs;

/// <summary>How job documents and manifests are written and read (docs/job-contract.md).</summary>
public static class JobJson
{
    /// <summary>The largest manifest or progress object that is read, in bytes.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    };

    /// <summary>Writes a document.</summary>
    public static byte[] Write<T>(T document) => JsonSerializer.SerializeToUtf8Bytes(document, Options);

    /// <summary>Reads a document.</summary>
    /// <param name="bytes">The text; null when the object does not exist.</param>
    /// <param name="where">The object, for the message.</param>
    public static Read<T> Parse<T>(byte[]? bytes, string where)
        where T : class
    {
        if (bytes is null)
        {
            return new Read<T>(null, $"{where} does not exist: the job ended without leaving its manifest.");
        }

        try
        {
            return JsonSerializer.Deserialize<T>(bytes, Options) is { } document
                ? new Read<T>(document, null)
                : new Read<T>(null, $"{where} is empty.");
        }
        catch (JsonException e)
        {
            return new Read<T>(null, $"{where} is not valid: {e.Message}");
        }
    }
}

/// <summary>A document that was read, or what is wrong with it.</summary>
/// <param name="Document">The document; null when it is missing or invalid.</param>
/// <param name="Problem">What is wrong; null when nothing is.</param>
public sealed record Read<T>(T? Document, string? Problem)
    where T : class;
