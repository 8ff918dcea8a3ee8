using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using GovernedFinetune.Operator.Catalog.Http;
using GovernedFinetune.Operator.Failures;

namespace GovernedFinetune.Operator.Catalog.Auth;

/// <summary>What the token endpoint answered: a token, or a refusal of the client.</summary>
/// <param name="Token">The token; null when refused.</param>
/// <param name="Refusal">Why the client was refused.</param>
internal sealed record TokenAnswer(AccessToken? Token, string Refusal);

/// <summary>The OAuth token endpoint of a workspace (RFC 6749, client credentials grant).</summary>
internal sealed class TokenEndpoint(HttpClient http, Uri host, TimeProvider clock)
{
    private static readonly TimeSpan LongestLead = TimeSpan.FromMinutes(20);
    private readonly Uri _uri = new(host, "/oidc/v1/token");

    /// <summary>Asks for a token.</summary>
    /// <exception cref="OperatorException">The endpoint cannot be used now: throttled, away, or speaking another language.</exception>
    public async Task<TokenAnswer> RequestAsync(ClientCredentials client, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _uri)
        {
            Content = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("scope", "all-apis")]),
        };
        // Sent raw, as Databricks' Python client does; generated secrets have no characters that would matter.
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{client.ClientId}:{client.ClientSecret}")));

        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return response.IsSuccessStatusCode
                ? new TokenAnswer(ReadToken(body), "")
                : Refused(CatalogErrorParser.Parse((int)response.StatusCode, body, response.Headers.RetryAfter, clock.GetUtcNow()), client);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw OperatorException.Transient(Reasons.ServiceUnavailable, $"No answer from the token endpoint {_uri}: {e.Message}", e);
        }
    }

    private AccessToken ReadToken(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.TryGetProperty("access_token", out var token) && token.GetString() is { Length: > 0 } value)
            {
                var seconds = root.TryGetProperty("expires_in", out var lifetime) && lifetime.TryGetInt64(out var given) && given > 0 ? given : 3600;
                return Token(value, TimeSpan.FromSeconds(seconds));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The parser's message may quote the token, so it is not passed on.
        }

        throw OperatorException.Transient(Reasons.ServiceUnavailable, $"The token endpoint {_uri} answered with success and without a readable token.");
    }

    /// <summary>Renewed half its life before its end, at most 20 minutes: what Databricks' clients do.</summary>
    private AccessToken Token(string value, TimeSpan lifetime)
    {
        var end = clock.GetUtcNow() + lifetime;
        var lead = lifetime / 2 < LongestLead ? lifetime / 2 : LongestLead;
        return new AccessToken(value, end - lead, end);
    }

    private TokenAnswer Refused(CatalogError error, ClientCredentials client)
    {
        var text = error.Text.Replace(client.ClientSecret, "***", StringComparison.Ordinal);
        return error.Kind switch
        {
            CatalogErrorKind.Throttled => throw OperatorException.Waiting(Reasons.Throttled, $"The token endpoint {_uri} asks to come later: {text}", error.RetryAfter),
            CatalogErrorKind.Unavailable => throw OperatorException.Transient(Reasons.ServiceUnavailable, $"The token endpoint {_uri} failed: {text}"),
            _ => new TokenAnswer(null, text),
        };
    }
}
