using GovernedFinetune.Sandbox.Catalog.Http;
using GovernedFinetune.Sandbox.Hosting;

namespace GovernedFinetune.Sandbox.Catalog.Identity;

/// <summary>Tells who a request is from by its bearer token.</summary>
internal sealed class Authenticator(PrincipalDirectory principals, AccessTokens tokens, string adminToken)
{
    private const string Scheme = "Bearer ";

    public Caller Authenticate(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            throw ApiError.Unauthenticated("Credential was not sent or was of an unsupported type for this API.");
        }

        var token = header[Scheme.Length..].Trim();
        if (token == adminToken)
        {
            http.Description().Principal = PrincipalDirectory.Admin;
            return new Caller(PrincipalDirectory.Admin, true, principals.IdentitiesOf(PrincipalDirectory.Admin));
        }

        var (subject, expired) = tokens.Read(token)
            ?? throw ApiError.Unauthenticated("Invalid access token: it was not issued by this workspace.");
        http.Description().Principal = subject;
        if (expired)
        {
            throw ApiError.Unauthenticated("Access token has expired. Ask the token endpoint for a new one.");
        }

        return principals.TryGet(subject, out var principal)
            ? new Caller(principal.ApplicationId, false, principals.IdentitiesOf(principal.ApplicationId))
            : throw ApiError.Unauthenticated("The service principal of this access token has been deleted.");
    }
}
