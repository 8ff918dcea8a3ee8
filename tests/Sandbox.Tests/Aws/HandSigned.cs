using System.Globalization;
using System.Text;
using GovernedFinetune.Sandbox.Aws.Signing;
using GovernedFinetune.Sandbox.Identity;

namespace GovernedFinetune.Sandbox.Tests.Aws;

/// <summary>A request signed step by step, so that a test can do each step wrong.</summary>
internal sealed class HandSigned
{
    private readonly byte[] _key;
    private readonly CredentialScope _scope;
    private readonly string _time;
    private string _previous;

    private HandSigned(HttpRequestMessage request, byte[] key, CredentialScope scope, string time, string signature)
    {
        Request = request;
        _key = key;
        _scope = scope;
        _time = time;
        _previous = signature;
    }

    public HttpRequestMessage Request { get; }

    public static HandSigned Create(
        AwsAccount aws,
        AwsCredential credential,
        HttpMethod method,
        string path,
        string payloadHash,
        DateTimeOffset? time = null,
        string region = AwsAccount.Region,
        string service = "s3",
        params (string Name, string Value)[] more)
    {
        var at = time ?? TimeProvider.System.GetUtcNow();
        var stamp = SigV4.Time(at);
        var scope = new CredentialScope(at.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture), region, service);
        List<(string Name, string Value)> headers =
        [
            ("host", aws.Api.BaseAddress.Authority), ("x-amz-content-sha256", payloadHash), ("x-amz-date", stamp), .. more,
        ];
        if (credential.SessionToken is { } token)
        {
            headers.Add(("x-amz-security-token", token));
        }

        headers.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        var canonical = SigV4.CanonicalRequest(method.Method, SigV4.CanonicalPath(path, service), [], headers, payloadHash);
        var key = SigV4.SigningKey(credential.SecretAccessKey, scope);
        var signature = SigV4.Sign(key, SigV4.StringToSign(stamp, scope, canonical));
        var request = new HttpRequestMessage(method, new Uri(aws.Api.BaseAddress, path));
        foreach (var (name, value) in headers)
        {
            _ = request.Headers.TryAddWithoutValidation(name, value);
        }

        _ = request.Headers.TryAddWithoutValidation("Authorization",
            $"{SigV4.Algorithm} Credential={credential.AccessKeyId}/{scope}, SignedHeaders={string.Join(';', headers.Select(h => h.Name))}, Signature={signature}");
        return new HandSigned(request, key, scope, stamp, signature);
    }

    /// <summary>One chunk with its signature, which follows the one before.</summary>
    public string Chunk(string data)
    {
        _previous = SigV4.Sign(_key,
            $"{SigV4.Algorithm}-PAYLOAD\n{_time}\n{_scope}\n{_previous}\n{SigV4.EmptyHash}\n{SigV4.HexHash(Encoding.ASCII.GetBytes(data))}");
        return $"{data.Length:x};chunk-signature={_previous}\r\n{data}{(data.Length > 0 ? "\r\n" : "")}";
    }

    /// <summary>The trailing header with its signature.</summary>
    public string Trailer(string name, string value)
    {
        _previous = SigV4.Sign(_key,
            $"{SigV4.Algorithm}-TRAILER\n{_time}\n{_scope}\n{_previous}\n{SigV4.HexHash(Encoding.ASCII.GetBytes($"{name}:{value}\n"))}");
        return $"{name}:{value}\r\nx-amz-trailer-signature:{_previous}\r\n\r\n";
    }

    public async Task<(int Status, string Text)> SendAsync(HttpClient http, string? body = null)
    {
        if (body is not null)
        {
            Request.Content = new ByteArrayContent(Encoding.ASCII.GetBytes(body));
        }

        using var response = await http.SendAsync(Request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
