using System.Text;
using GovernedFinetune.Sandbox.Catalog.Http;
using GovernedFinetune.Sandbox.Catalog.Securables;
using GovernedFinetune.Sandbox.Hosting;

namespace GovernedFinetune.Sandbox.Catalog.Identity;

/// <summary>OAuth for machines (RFC 6749, client credentials) and the two documents by which SDKs find it.</summary>
internal sealed class OidcRoutes(CatalogState state, PrincipalDirectory principals, AccessTokens tokens)
{
    private const string TokenPath = "/oidc/v1/token";
    private static readonly string[] Grants = ["client_credentials"];
    private static readonly string[] Scopes = ["all-apis"];
    private static readonly string[] Methods = ["client_secret_basic"];

    public void Map(WebApplication app)
    {
        _ = app.MapPost(TokenPath, (RequestDelegate)IssueAsync);

        // Python's SDK does not sign in without the first document, JavaScript's not without both fields of the second.
        _ = app.MapGet("/.well-known/databricks-config", (RequestDelegate)(http => DiscoverAsync(http, new
        {
            oidc_endpoint = Host(http) + "/oidc",
            account_id = state.Metastore.AccountId,
            workspace_id = state.Metastore.WorkspaceId.ToString(System.Globalization.CultureInfo.InvariantCulture),
            cloud = "aws",
            host_type = "workspace",
        })));
        _ = app.MapGet("/oidc/.well-known/oauth-authorization-server", (RequestDelegate)(http => DiscoverAsync(http, new
        {
            issuer = Host(http) + "/oidc",
            authorization_endpoint = Host(http) + "/oidc/v1/authorize",
            token_endpoint = Host(http) + TokenPath,
            grant_types_supported = Grants,
            scopes_supported = Scopes,
            token_endpoint_auth_methods_supported = Methods,
        })));
    }

    private static string Host(HttpContext http) => $"{http.Request.Scheme}://{http.Request.Host}";

    private static Task DiscoverAsync(HttpContext http, object document)
    {
        http.Description().Operation = "oidc.discovery";
        return Wire.WriteAsync(http, document);
    }

    private async Task IssueAsync(HttpContext http)
    {
        http.Description().Operation = "oidc.token";
        http.Response.Headers.CacheControl = "no-store";
        if (await ReadFormAsync(http) is not { } form)
        {
            await RefuseAsync(http, 400, "invalid_request", "The body must be application/x-www-form-urlencoded.");
            return;
        }

        if (BasicCredentials(http) is not var (clientId, secret))
        {
            await RefuseAsync(http, 401, "invalid_client", "Client authentication failed: send the client id and secret by HTTP Basic.");
            return;
        }

        http.Description().Principal = clientId;
        var grant = form["grant_type"].ToString();
        if (grant != "client_credentials")
        {
            await (grant.Length == 0
                ? RefuseAsync(http, 400, "invalid_request", "grant_type is missing.")
                : RefuseAsync(http, 400, "unsupported_grant_type", $"grant_type '{grant}' is not supported; use client_credentials."));
            return;
        }

        bool known;
        lock (state.Gate)
        {
            known = principals.Authenticates(clientId, secret);
        }

        if (!known)
        {
            await RefuseAsync(http, 401, "invalid_client", "Client authentication failed");
            return;
        }

        var scope = form["scope"] is [{ Length: > 0 } asked, ..] ? asked : "all-apis";
        await Wire.WriteAsync(http, new
        {
            access_token = tokens.Issue(clientId, scope),
            token_type = "Bearer",
            expires_in = (long)tokens.Lifetime.TotalSeconds,
            scope,
        });
    }

    private static async Task<IFormCollection?> ReadFormAsync(HttpContext http)
    {
        if (!http.Request.HasFormContentType)
        {
            return null;
        }

        try
        {
            return await http.Request.ReadFormAsync(http.RequestAborted);
        }
        catch (Exception e) when (e is InvalidDataException or BadHttpRequestException)
        {
            return null;
        }
    }

    private static (string Id, string Secret)? BasicCredentials(HttpContext http)
    {
        const string scheme = "Basic ";
        var header = http.Request.Headers.Authorization.ToString();
        var buffer = new byte[header.Length];
        return header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            && Convert.TryFromBase64String(header[scheme.Length..].Trim(), buffer, out var length)
            && Encoding.UTF8.GetString(buffer, 0, length).Split(':', 2) is [var id, var secret]
            // RFC 6749 2.3.1: both halves are form-encoded before Basic; SDKs that skip it send nothing that decoding changes.
            ? (Uri.UnescapeDataString(id), Uri.UnescapeDataString(secret))
            : null;
    }

    private static Task RefuseAsync(HttpContext http, int status, string error, string description)
    {
        http.Description().Error = error;
        http.Response.StatusCode = status;
        if (status == 401)
        {
            http.Response.Headers.WWWAuthenticate = "Basic realm=\"oidc\"";
        }

        return Wire.WriteAsync(http, new { error, error_description = description });
    }
}
