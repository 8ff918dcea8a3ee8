using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace GovernedFinetune.Sandbox.Aws.Signing;

/// <summary>What a signature is scoped to.</summary>
/// <param name="Date">Day, <c>yyyyMMdd</c>.</param>
/// <param name="Region">AWS Region.</param>
/// <param name="Service">Signing name of the service.</param>
internal sealed record CredentialScope(string Date, string Region, string Service)
{
    public override string ToString() => $"{Date}/{Region}/{Service}/aws4_request";
}

/// <summary>
/// The arithmetic of Signature Version 4
/// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). Used both ways: to
/// verify what clients send, and to sign what the platform itself sends for a job's role.
/// </summary>
internal static class SigV4
{
    public const string Algorithm = "AWS4-HMAC-SHA256";
    public const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";
    public const string UnsignedPayload = "UNSIGNED-PAYLOAD";

    public static string EmptyHash { get; } = HexHash([]);

    public static string CanonicalRequest(
        string method,
        string canonicalPath,
        IEnumerable<(string Name, string Value)> query,
        IReadOnlyList<(string Name, string Value)> signedHeaders,
        string payloadHash)
    {
        var parameters = query
            .Select(q => (Name: Encode(q.Name), Value: Encode(q.Value)))
            .OrderBy(q => q.Name, StringComparer.Ordinal)
            .ThenBy(q => q.Value, StringComparer.Ordinal)
            .Select(q => $"{q.Name}={q.Value}");
        var text = new StringBuilder()
            .Append(method).Append('\n')
            .Append(canonicalPath).Append('\n')
            .AppendJoin('&', parameters).Append('\n');
        foreach (var (name, value) in signedHeaders)
        {
            text.Append(name).Append(':').Append(value).Append('\n');
        }

        return text.Append('\n')
            .AppendJoin(';', signedHeaders.Select(h => h.Name)).Append('\n')
            .Append(payloadHash)
            .ToString();
    }

    public static string StringToSign(string time, CredentialScope scope, string canonicalRequest) =>
        $"{Algorithm}\n{time}\n{scope}\n{HexHash(Encoding.UTF8.GetBytes(canonicalRequest))}";

    public static byte[] SigningKey(string secret, CredentialScope scope)
    {
        var key = Encoding.UTF8.GetBytes("AWS4" + secret);
        foreach (var part in (ReadOnlySpan<string>)[scope.Date, scope.Region, scope.Service, "aws4_request"])
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        return key;
    }

    public static string Sign(byte[] key, string text) => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));

    public static string HexHash(ReadOnlySpan<byte> data) => Convert.ToHexStringLower(SHA256.HashData(data));

    /// <summary>Compares signatures without telling by its duration where they differ.</summary>
    public static bool Same(string a, string b) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(a), Encoding.ASCII.GetBytes(b));

    /// <summary>Percent-encodes everything that RFC 3986 does not leave alone.</summary>
    public static string Encode(string text) => Uri.EscapeDataString(text);

    /// <summary>
    /// The path as it is signed: S3 signs the encoded path once, every other service encodes the path as sent again.
    /// </summary>
    public static string CanonicalPath(string rawPath, string service) => service == "s3"
        ? EncodeSegments(Uri.UnescapeDataString(rawPath))
        : EncodeSegments(rawPath);

    public static string EncodeSegments(string path) => string.Join('/', path.Split('/').Select(Encode));

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);
}
