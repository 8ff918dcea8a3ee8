using System.Globalization;
using System.Text.RegularExpressions;
using GovernedFinetune.Sandbox.Aws.Http;
using GovernedFinetune.Sandbox.Hosting;
using GovernedFinetune.Sandbox.Identity;

namespace GovernedFinetune.Sandbox.Aws.Signing;

/// <summary>A verified signature: who signed, and what is needed to verify the chunks that follow it.</summary>
internal sealed record SignedCall(AwsCredential Credential, CredentialScope Scope, string Time, string Signature, byte[] SigningKey, string PayloadHash);

/// <summary>Verifies SigV4 <c>Authorization</c> headers against the credentials that the sandbox has issued.</summary>
internal sealed partial class SignatureVerifier(SandboxContext context)
{
    private static readonly TimeSpan MaxSkew = TimeSpan.FromMinutes(15);

    /// <param name="http">The request.</param>
    /// <param name="service">The service that its scope names.</param>
    /// <param name="target">Its target.</param>
    /// <param name="bodyHash">SHA-256 of the body in hex, where it has been read (every service but S3).</param>
    /// <exception cref="AwsException">The request is not signed by a credential in force.</exception>
    public SignedCall Verify(HttpContext http, AwsService service, RequestTarget target, string? bodyHash)
    {
        var request = http.Request;
        var header = request.Headers.Authorization.ToString();
        if (header.Length == 0)
        {
            throw AuthFailures.For(service, AuthFailure.Missing);
        }

        var authorization = SignedAuthorization.Read(request)
            ?? throw AuthFailures.For(service, AuthFailure.Malformed,
                $"expected '{SigV4.Algorithm} Credential=KEY/DATE/REGION/SERVICE/aws4_request, SignedHeaders=..., Signature=...'.");
        if (!context.Credentials.TryGet(authorization.AccessKeyId, out var credential))
        {
            throw AuthFailures.For(service, AuthFailure.UnknownKey);
        }

        http.Description().Principal = credential.Arn;
        CheckScope(service, authorization.Scope);
        var time = CheckTime(service, authorization.Scope, request.Headers["X-Amz-Date"].ToString());
        CheckSignedHeaders(service, request, authorization.SignedHeaders);

        var payloadHash = request.Headers["X-Amz-Content-SHA256"] is [{ Length: > 0 } declared] ? declared : bodyHash
            ?? throw new AwsException(400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
        var canonical = SigV4.CanonicalRequest(
            request.Method,
            SigV4.CanonicalPath(target.RawPath, service.Name),
            target.Query,
            [.. authorization.SignedHeaders.Select(name => (name, HeaderValue(request, name)))],
            payloadHash);
        var key = SigV4.SigningKey(credential.SecretAccessKey, authorization.Scope);
        if (!SigV4.Same(SigV4.Sign(key, SigV4.StringToSign(time, authorization.Scope, canonical)), authorization.Signature))
        {
            throw AuthFailures.For(service, AuthFailure.WrongSignature);
        }

        if (bodyHash is not null && payloadHash != SigV4.UnsignedPayload && payloadHash != bodyHash)
        {
            throw AuthFailures.For(service, AuthFailure.WrongBody);
        }

        CheckToken(service, request, credential);
        return new SignedCall(credential, authorization.Scope, time, authorization.Signature, key, payloadHash);
    }

    private void CheckScope(AwsService service, CredentialScope scope)
    {
        if (scope.Service != service.Name)
        {
            throw AuthFailures.For(service, AuthFailure.WrongScope, $"the service '{scope.Service}' is not one of the sandbox's.");
        }

        if (scope.Region != context.Options.Region)
        {
            throw AuthFailures.For(service, AuthFailure.WrongScope, $"the region '{scope.Region}' is wrong; expecting '{context.Options.Region}'");
        }
    }

    private string CheckTime(AwsService service, CredentialScope scope, string time)
    {
        if (!DateTimeOffset.TryParseExact(time, SigV4.TimeFormat, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal, out var signedAt)
            || !time.StartsWith(scope.Date, StringComparison.Ordinal))
        {
            throw AuthFailures.For(service, AuthFailure.Malformed, "X-Amz-Date is missing, is not a time, or is of another day than the scope.");
        }

        // Clients in other processes sign with the machine's clock, whatever clock a test gave to the sandbox.
        var now = context.Clock.GetUtcNow();
        if ((now - signedAt).Duration() > MaxSkew && (TimeProvider.System.GetUtcNow() - signedAt).Duration() > MaxSkew)
        {
            throw AuthFailures.For(service, AuthFailure.Skewed, $"Signed at {time}, which is more than 15 minutes from {SigV4.Time(now)}.");
        }

        return time;
    }

    private static void CheckSignedHeaders(AwsService service, HttpRequest request, IReadOnlyList<string> signed)
    {
        if (!signed.Contains("host"))
        {
            throw AuthFailures.For(service, AuthFailure.UnsignedHeader, "host");
        }

        foreach (var name in request.Headers.Keys)
        {
            var lower = name.ToLowerInvariant();
            if (lower.StartsWith("x-amz-", StringComparison.Ordinal) && !signed.Contains(lower))
            {
                throw AuthFailures.For(service, AuthFailure.UnsignedHeader, lower);
            }
        }
    }

    private void CheckToken(AwsService service, HttpRequest request, AwsCredential credential)
    {
        var token = request.Headers["X-Amz-Security-Token"].ToString();
        if (!SigV4.Same(token, credential.SessionToken ?? ""))
        {
            throw AuthFailures.For(service, AuthFailure.WrongToken);
        }

        if (credential.Expiration <= context.Clock.GetUtcNow())
        {
            throw AuthFailures.For(service, AuthFailure.Expired);
        }
    }

    private static string HeaderValue(HttpRequest request, string name) =>
        string.Join(',', request.Headers[name].Select(v => Spaces().Replace((v ?? "").Trim(), " ")));

    [GeneratedRegex(" {2,}")]
    private static partial Regex Spaces();
}
