using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using GovernedFinetune.Sandbox.Aws.Http;
using GovernedFinetune.Sandbox.Aws.Iam;
using GovernedFinetune.Sandbox.Hosting;
using GovernedFinetune.Sandbox.Identity;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace GovernedFinetune.Sandbox.Aws.Sts;

/// <summary>STS: who am I, and becoming a role.</summary>
internal sealed partial class StsApi(SandboxContext context, RoleRegistry roles) : IAwsApi
{
    private const string WebIdentity = "AssumeRoleWithWebIdentity";

    public AwsService Service => AwsService.Sts;

    /// <summary>Whether the form asks for the one operation that needs no signature: its token is the proof.</summary>
    public static bool MayBeUnsigned(ReadOnlyMemory<byte> body) => Form(body).GetValueOrDefault("Action") == WebIdentity;

    public Task HandleAsync(AwsRequest request, CancellationToken cancellationToken)
    {
        var form = Form(request.Body);
        var action = form.GetValueOrDefault("Action").ToString();
        request.Describe(action, form.GetValueOrDefault("RoleArn").ToString());
        return action switch
        {
            "GetCallerIdentity" => GetCallerIdentity(request),
            "AssumeRole" => AssumeRole(request, form),
            WebIdentity => AssumeRoleWithWebIdentity(request, form),
            _ => throw new AwsException(400, "InvalidAction", $"Could not find operation {action} for version 2011-06-15"),
        };
    }

    private Task GetCallerIdentity(AwsRequest request) => AwsResponses.WriteStsAsync(request.Http, "GetCallerIdentity",
        new XElement("Arn", request.Caller.Arn),
        new XElement("UserId", request.Caller.AccessKeyId),
        new XElement("Account", context.Options.AccountId));

    private Task AssumeRole(AwsRequest request, Dictionary<string, StringValues> form)
    {
        var (arn, session, lifetime) = ReadRequest(form);
        request.Authorize("sts:AssumeRole", arn);
        var role = roles.Find(arn);
        if (role is null || role.Trust?.AllowsCaller(request.Caller.Arn, context.Options.AccountId) == false)
        {
            throw AccessDenied.For(Service, request.Caller, "sts:AssumeRole", arn);
        }

        var credential = roles.StartSession(role, session, lifetime);
        return AwsResponses.WriteStsAsync(request.Http, "AssumeRole", Credentials(credential), AssumedRoleUser(credential, session));
    }

    private Task AssumeRoleWithWebIdentity(AwsRequest request, Dictionary<string, StringValues> form)
    {
        var (arn, session, lifetime) = ReadRequest(form);
        var (subject, audience, issuer) = ReadToken(Required(form, "WebIdentityToken", 4, 20000));
        request.Http.Description().Principal = subject;
        if (roles.Find(arn) is not { } role || role.Trust?.AllowsWebIdentity() == false)
        {
            throw new AwsException(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
        }

        var credential = roles.StartSession(role, session, lifetime);
        return AwsResponses.WriteStsAsync(request.Http, WebIdentity,
            Credentials(credential),
            AssumedRoleUser(credential, session),
            new XElement("SubjectFromWebIdentityToken", subject),
            new XElement("Audience", audience),
            new XElement("Provider", issuer));
    }

    /// <summary>
    /// Reads a web identity token's claims. Its signature is not verified: the sandbox's issuer publishes no keys, and
    /// nothing outside this machine can reach this port.
    /// </summary>
    private (string Subject, string Audience, string Issuer) ReadToken(string token)
    {
        try
        {
            var parts = token.Split('.');
            if (parts.Length == 3)
            {
                using var claims = JsonDocument.Parse(WebEncoders.Base64UrlDecode(parts[1]));
                var root = claims.RootElement;
                if (root.TryGetProperty("exp", out var expiry) && expiry.TryGetInt64(out var seconds)
                    && DateTimeOffset.FromUnixTimeSeconds(seconds) <= context.Clock.GetUtcNow())
                {
                    throw new AwsException(400, "ExpiredTokenException", "Token expired: the web identity token's 'exp' has passed.");
                }

                var audience = root.GetProperty("aud");
                return (
                    root.GetProperty("sub").GetString()!,
                    audience.ValueKind == JsonValueKind.Array ? audience[0].GetString()! : audience.GetString()!,
                    root.GetProperty("iss").GetString()!);
            }
        }
        catch (Exception e) when (e is FormatException or JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw new AwsException(400, "InvalidIdentityToken", $"The web identity token that was passed could not be validated by AWS: {e.Message}");
        }

        throw new AwsException(400, "InvalidIdentityToken", "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)");
    }

    private static (string Arn, string Session, TimeSpan? Lifetime) ReadRequest(Dictionary<string, StringValues> form)
    {
        var arn = Required(form, "RoleArn", 20, 2048);
        var session = Required(form, "RoleSessionName", 2, 64);
        if (!SessionName().IsMatch(session))
        {
            throw Invalid($"Value '{session}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*");
        }

        if (form.Keys.FirstOrDefault(k => k == "Policy" || k.StartsWith("PolicyArns", StringComparison.Ordinal)) is { } policy)
        {
            // Refused rather than ignored: the session would be able to do more than its caller asked for.
            throw Invalid($"'{policy}': session policies are not enforced by the sandbox");
        }

        if (!form.TryGetValue("DurationSeconds", out var text))
        {
            return (arn, session, null);
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 900 and <= 43200
            ? (arn, session, TimeSpan.FromSeconds(seconds))
            : throw Invalid($"Value '{text}' at 'durationSeconds' failed to satisfy constraint: Member must be between 900 and 43200");
    }

    private static string Required(Dictionary<string, StringValues> form, string name, int min, int max)
    {
        var member = char.ToLowerInvariant(name[0]) + name[1..];
        return !form.TryGetValue(name, out var value) || value.Count == 0
            ? throw Invalid($"Value null at '{member}' failed to satisfy constraint: Member must not be null")
            : value.ToString() is var text && text.Length >= min && text.Length <= max
                ? text
                : throw Invalid($"Value at '{member}' failed to satisfy constraint: Member must have length from {min} to {max}");
    }

    private static AwsException Invalid(string what) => new(400, "ValidationError", $"1 validation error detected: {what}");

    private static XElement Credentials(AwsCredential credential) => new("Credentials",
        new XElement("AccessKeyId", credential.AccessKeyId),
        new XElement("SecretAccessKey", credential.SecretAccessKey),
        new XElement("SessionToken", credential.SessionToken),
        new XElement("Expiration", AwsResponses.Iso(credential.Expiration!.Value)));

    private static XElement AssumedRoleUser(AwsCredential credential, string session) => new("AssumedRoleUser",
        new XElement("AssumedRoleId", $"AROA{credential.AccessKeyId[4..]}:{session}"),
        new XElement("Arn", credential.Arn));

    private static Dictionary<string, StringValues> Form(ReadOnlyMemory<byte> body) =>
        new(QueryHelpers.ParseQuery(Encoding.UTF8.GetString(body.Span)), StringComparer.Ordinal);

    [GeneratedRegex(@"^[\w+=,.@-]{2,64}\z")]
    private static partial Regex SessionName();
}
