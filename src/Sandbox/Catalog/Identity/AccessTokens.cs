using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GovernedFinetune.Sandbox.Catalog.Identity;

/// <summary>
/// Access tokens: JWTs signed with a key of this process. Nothing is remembered about a token, so the number of tokens
/// that were issued costs no memory.
/// </summary>
internal sealed class AccessTokens(TimeProvider clock, TimeSpan lifetime)
{
    private static readonly string Header = Base64Url.EncodeToString("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"u8);
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    /// <summary>How long a token is good for.</summary>
    public TimeSpan Lifetime => lifetime;

    public string Issue(string subject, string scope)
    {
        var now = clock.GetUtcNow();
        var claims = new Claims(
            subject, scope, now.ToUnixTimeSeconds(), (long)Math.Ceiling((now + lifetime).ToUnixTimeMilliseconds() / 1000.0), Guid.NewGuid());
        var signed = Header + "." + Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims));
        return signed + "." + Base64Url.EncodeToString(Sign(signed));
    }

    /// <summary>Reads a token; null when it was not issued here.</summary>
    public (string Subject, bool Expired)? Read(string token)
    {
        var end = token.LastIndexOf('.');
        if (end <= Header.Length
            || !token.StartsWith(Header + ".", StringComparison.Ordinal)
            || !Base64Url.IsValid(token.AsSpan(end + 1))
            || !CryptographicOperations.FixedTimeEquals(Base64Url.DecodeFromChars(token.AsSpan(end + 1)), Sign(token[..end])))
        {
            return null;
        }

        var claims = JsonSerializer.Deserialize<Claims>(Base64Url.DecodeFromChars(token.AsSpan((Header.Length + 1)..end)))!;
        return (claims.Subject, clock.GetUtcNow() >= DateTimeOffset.FromUnixTimeSeconds(claims.Expires));
    }

    private byte[] Sign(string text) => HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text));

    private sealed record Claims(
        [property: JsonPropertyName("sub")] string Subject,
        [property: JsonPropertyName("scope")] string Scope,
        [property: JsonPropertyName("iat")] long IssuedAt,
        [property: JsonPropertyName("exp")] long Expires,
        [property: JsonPropertyName("jti")] Guid Id);
}
