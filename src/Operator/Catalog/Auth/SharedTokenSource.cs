using System.Text.Json;
using GovernedFinetune.Operator.Cloud.Secrets;
using GovernedFinetune.Operator.Failures;

namespace GovernedFinetune.Operator.Catalog.Auth;

/// <summary>
/// The token of an open-source server, which has no client credentials grant: a token that an administrator made and put
/// into the secret as <c>{"token": "..."}</c>. A secret without that member means a server without authentication.
/// </summary>
internal sealed class SharedTokenSource(ISecretReader secrets, string secretId, TimeProvider clock) : ITokenSource
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);
    private sealed record Reading(AccessToken? Token, DateTimeOffset Until);
    private Reading? _reading;

    /// <inheritdoc />
    public async ValueTask<AccessToken?> GetAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (Volatile.Read(ref _reading) is { } reading && now < reading.Until)
        {
            return reading.Token;
        }

        var value = Read(await secrets.ReadAsync(secretId, cancellationToken));
        var until = now + Lifetime;
        var token = value is null ? null : new AccessToken(value, until, until);
        Volatile.Write(ref _reading, new Reading(token, until));
        return token;
    }

    /// <inheritdoc />
    public void Discard(AccessToken? token)
    {
        if (Volatile.Read(ref _reading) is { } reading && ReferenceEquals(reading.Token, token))
        {
            Interlocked.CompareExchange(ref _reading, null, reading);
        }
    }

    private string? Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.TryGetProperty("token", out var token) ? token.GetString() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The parser's message quotes the text, so it is not passed on.
            throw OperatorException.Terminal(Reasons.CredentialsUnavailable, $"Secret '{secretId}' is not usable: expected {{\"token\": \"...\"}}.");
        }
    }
}
