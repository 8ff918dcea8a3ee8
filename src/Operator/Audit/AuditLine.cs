using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Audit;

/// <summary>Whose record it is.</summary>
public sealed record AuditRun(string Uid, string Namespace, string Name);

/// <summary>
/// One line of the record. Its text is compact JSON whose last member is <c>digest</c>: SHA-256 over the text with that
/// member cut off. <c>previous</c> is the digest of the line before, so no line can be changed, dropped or inserted unseen.
/// </summary>
public sealed record AuditLine(
    int SchemaVersion,
    long Sequence,
    DateTimeOffset Time,
    string Actor,
    AuditRun Run,
    int Attempt,
    AuditKind Kind,
    string Action,
    string Target,
    AuditGrant? Grant,
    IReadOnlyDictionary<string, string> Detail,
    string? Previous)
{
    private const string DigestMember = ",\"digest\":\"";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    /// <summary>
    /// Whether two lines record the same thing: a repetition after a crash or a retry. An effect that now relies on another
    /// check of the grant is told again: its line quotes the check that allowed it.
    /// </summary>
    public bool Repeats(AuditEvent happened) =>
        Kind == happened.Kind && Action == happened.Action && Target == happened.Target && Attempt == happened.Attempt
        && (Kind is not AuditKind.Effect || Grant?.Digest == happened.Grant?.Digest);

    /// <summary>Writes the line and gives its digest.</summary>
    public (byte[] Text, string Digest) Seal()
    {
        var body = JsonSerializer.Serialize(this, Json);
        var digest = DigestOf(body);
        return (Encoding.UTF8.GetBytes($"{body[..^1]}{DigestMember}{digest}\"}}"), digest);
    }

    /// <summary>Reads a line and checks its digest.</summary>
    /// <exception cref="FormatException">The text is not a line, or its digest is not that of its text.</exception>
    public static (AuditLine Line, string Digest) Open(byte[] text)
    {
        var sealedText = Encoding.UTF8.GetString(text);
        var cut = sealedText.LastIndexOf(DigestMember, StringComparison.Ordinal);
        if (cut < 0 || !sealedText.EndsWith("\"}", StringComparison.Ordinal))
        {
            throw new FormatException("it has no digest");
        }

        var digest = sealedText[(cut + DigestMember.Length)..^2];
        var body = sealedText[..cut] + "}";
        if (DigestOf(body) != digest)
        {
            throw new FormatException("its digest is not that of its text");
        }

        try
        {
            return (JsonSerializer.Deserialize<AuditLine>(body, Json) ?? throw new FormatException("it is empty"), digest);
        }
        catch (JsonException e)
        {
            throw new FormatException($"it is not valid: {e.Message}", e);
        }
    }

    private static string DigestOf(string body) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)));
}
