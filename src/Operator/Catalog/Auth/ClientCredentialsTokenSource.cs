using GovernedFinetune.Operator.Failures;

namespace GovernedFinetune.Operator.Catalog.Auth;

/// <summary>
/// Tokens of one service principal. One is kept and shared; before it ends, one caller renews it while the others go on
/// with the old one, and only when it has ended do callers wait.
/// </summary>
internal sealed partial class ClientCredentialsTokenSource(
    TokenEndpoint endpoint,
    ClientCredentialsCache clients,
    string secretId,
    TimeProvider clock,
    ILogger<ClientCredentialsTokenSource> log) : ITokenSource, IDisposable
{
    /// <summary>A token is not sent any more this long before its end, so that it lasts as long as the call does.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(40);

    /// <summary>How long a failed early renewal is left alone.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _renewal = new(1, 1);
    private AccessToken? _token;
    private DateTimeOffset _pausedUntil;

    /// <inheritdoc />
    public async ValueTask<AccessToken?> GetAsync(CancellationToken cancellationToken)
    {
        var token = Volatile.Read(ref _token);
        var now = clock.GetUtcNow();
        if (token is not null && now < token.RenewAt)
        {
            return token;
        }

        return token is not null && Usable(token, now)
            ? await RenewEarlyAsync(token, cancellationToken)
            : await RenewAsync(cancellationToken);
    }

    /// <inheritdoc />
    public void Discard(AccessToken? token) => Interlocked.CompareExchange(ref _token, null, token);

    /// <inheritdoc />
    public void Dispose() => _renewal.Dispose();

    private async Task<AccessToken> RenewEarlyAsync(AccessToken current, CancellationToken cancellationToken)
    {
        if (!await _renewal.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            return current;
        }

        try
        {
            return clock.GetUtcNow() < _pausedUntil ? current : await FetchAsync(cancellationToken);
        }
        catch (OperatorException e) when (e.Kind is not FailureKind.Fenced)
        {
            _pausedUntil = clock.GetUtcNow() + Pause;
            LogEarlyRenewalFailed(secretId, current.ExpiresAt, e.Reason, e.Message);
            return current;
        }
        finally
        {
            _renewal.Release();
        }
    }

    private async Task<AccessToken> RenewAsync(CancellationToken cancellationToken)
    {
        await _renewal.WaitAsync(cancellationToken);
        try
        {
            // Somebody else may have renewed it while this caller waited.
            var token = Volatile.Read(ref _token);
            return token is not null && Usable(token, clock.GetUtcNow()) ? token : await FetchAsync(cancellationToken);
        }
        finally
        {
            _renewal.Release();
        }
    }

    private async Task<AccessToken> FetchAsync(CancellationToken cancellationToken)
    {
        var client = await clients.GetAsync(secretId, cancellationToken);
        var answer = await endpoint.RequestAsync(client, cancellationToken);
        if (answer.Token is null)
        {
            // The secret may have been rotated since it was read.
            var reread = await clients.ReadAsync(secretId, cancellationToken);
            if (reread != client)
            {
                client = reread;
                answer = await endpoint.RequestAsync(client, cancellationToken);
            }
        }

        if (answer.Token is not { } token)
        {
            throw OperatorException.Terminal(
                Reasons.CredentialsUnavailable,
                $"The catalog gives client '{client.ClientId}' no token: {answer.Refusal}. Put a current OAuth secret of the service principal into secret '{secretId}'.");
        }

        Volatile.Write(ref _token, token);
        LogRenewed(client.ClientId, token.ExpiresAt);
        return token;
    }

    private static bool Usable(AccessToken token, DateTimeOffset now)
    {
        var lead = token.ExpiresAt - token.RenewAt;
        return now < token.ExpiresAt - (lead < Margin ? lead / 2 : Margin);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Catalog token of {ClientId} renewed, good until {ExpiresAt:O}")]
    private partial void LogRenewed(string clientId, DateTimeOffset expiresAt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Catalog token from secret {SecretId} could not be renewed early and is used until {ExpiresAt:O}: {Reason}: {Problem}")]
    private partial void LogEarlyRenewalFailed(string secretId, DateTimeOffset expiresAt, string reason, string problem);
}
