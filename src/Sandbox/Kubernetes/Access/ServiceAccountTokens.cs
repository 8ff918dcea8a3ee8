using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Storage;

namespace GovernedFinetune.Sandbox.Kubernetes.Access;

/// <summary>
/// Tokens of service accounts: JSON Web Tokens with the claims of a real cluster (<c>iss</c>, <c>sub</c>, <c>aud</c>,
/// <c>iat</c>, <c>nbf</c>, <c>exp</c>, <c>jti</c>, <c>kubernetes.io</c>), so that nothing has to be remembered of them.
/// They are signed with HS256 and a key of this run, as nobody but this server verifies them.
/// </summary>
internal sealed class ServiceAccountTokens(ObjectStore store, TimeProvider clock)
{
    /// <summary>Issuer, and the audience of tokens that are for this server.</summary>
    public const string Audience = "https://kubernetes.default.svc.cluster.local";

    public const string Collection = "serviceaccounts";
    private const int MaximumLength = 16 << 10;

    private static readonly string Header = Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8);

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    /// <summary>Makes a token for a service account.</summary>
    /// <param name="account">The account as stored.</param>
    /// <param name="audiences">Whom the token is for.</param>
    /// <param name="lifetime">How long it is valid.</param>
    public (string Token, DateTimeOffset Expires) Issue(StoredObject account, IReadOnlyList<string> audiences, TimeSpan lifetime)
    {
        var now = clock.GetUtcNow();
        var expires = DateTimeOffset.FromUnixTimeSeconds((now + lifetime).ToUnixTimeSeconds());
        var claims = new JsonObject
        {
            ["aud"] = new JsonArray([.. audiences.Select(a => (JsonNode)a)]),
            ["exp"] = expires.ToUnixTimeSeconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["iss"] = Audience,
            ["jti"] = Guid.NewGuid().ToString(),
            ["kubernetes.io"] = new JsonObject
            {
                ["namespace"] = account.Key.Namespace,
                ["serviceaccount"] = new JsonObject { ["name"] = account.Key.Name, ["uid"] = account.Uid },
            },
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["sub"] = new ServiceAccountName(account.Key.Namespace, account.Key.Name).User,
        };
        var signed = $"{Header}.{Base64Url.EncodeToString(claims.ToUtf8())}";
        return ($"{signed}.{Base64Url.EncodeToString(Sign(signed))}", expires);
    }

    /// <summary>The service account that a token is of, or null: forged, expired, for somebody else, or of an account that is gone.</summary>
    public Caller? Verify(string token)
    {
        if (token.Length > MaximumLength || token.Split('.') is not [var header, var payload, var signature] || header != Header
            || !CryptographicOperations.FixedTimeEquals(Sign(token[..token.LastIndexOf('.')]), Decode(signature)))
        {
            return null;
        }

        // What this server signed is well-formed.
        using var claims = JsonDocument.Parse(Decode(payload));
        var root = claims.RootElement;
        var account = root.GetProperty("kubernetes.io").GetProperty("serviceaccount");
        var name = new ServiceAccountName(root.GetProperty("kubernetes.io").GetProperty("namespace").GetString()!, account.GetProperty("name").GetString()!);
        var uid = account.GetProperty("uid").GetString()!;
        return clock.GetUtcNow().ToUnixTimeSeconds() < root.GetProperty("exp").GetInt64()
            && root.GetProperty("aud").EnumerateArray().Any(a => a.ValueEquals(Audience))
            && store.Get(Collection, new ObjectKey(name.Namespace, name.Name))?.Uid == uid
                ? new Caller(name.User, name.Groups, uid)
                : null;
    }

    private byte[] Sign(string text) => HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text));

    private static byte[] Decode(string text) => Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : [];
}
