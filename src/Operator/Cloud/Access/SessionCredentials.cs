using Amazon.Runtime;

namespace GovernedFinetune.Operator.Cloud.Access;

/// <summary>Keys that end. Its text form hides them.</summary>
/// <param name="Credentials">The keys.</param>
/// <param name="ExpiresAt">Their end.</param>
internal sealed record AwsSession(ImmutableCredentials Credentials, DateTimeOffset ExpiresAt)
{
    /// <inheritdoc />
    public override string ToString() => $"session until {ExpiresAt:O}";
}

/// <summary>
/// Credentials that come from a session and are fetched again before it ends. The SDK asks for them on every request;
/// only one caller fetches at a time. Unlike the SDK's own refreshing credentials it takes the time from
/// <see cref="TimeProvider"/> and passes cancellation-free, asynchronous failures through unchanged.
/// </summary>
/// <param name="fetch">Opens a session.</param>
/// <param name="clock">The time.</param>
internal sealed class SessionCredentials(Func<Task<AwsSession>> fetch, TimeProvider clock) : AWSCredentials, IDisposable
{
    /// <summary>A session is renewed this long before its end, or when a quarter of its life is left if that is shorter.</summary>
    private static readonly TimeSpan Lead = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _renewal = new(1, 1);
    private Renewable? _current;

    /// <inheritdoc />
    public override async Task<ImmutableCredentials> GetCredentialsAsync()
    {
        await _renewal.WaitAsync();
        try
        {
            var now = clock.GetUtcNow();
            if (_current is { } current && now < current.RenewAt)
            {
                return current.Keys;
            }

            var session = await fetch();
            var life = session.ExpiresAt - now;
            Volatile.Write(ref _current, new Renewable(session.Credentials, session.ExpiresAt - (life / 4 < Lead ? life / 4 : Lead)));
            return session.Credentials;
        }
        finally
        {
            _renewal.Release();
        }
    }

    /// <summary>The keys that are there. The SDK's asynchronous calls fetch with <see cref="GetCredentialsAsync"/> first and
    /// then sign with this; the margin before the end covers the time between.</summary>
    public override ImmutableCredentials GetCredentials() =>
        Volatile.Read(ref _current)?.Keys
        ?? throw new NotSupportedException("These credentials are fetched over the network; use the asynchronous calls.");

    /// <inheritdoc />
    public void Dispose() => _renewal.Dispose();

    private sealed record Renewable(ImmutableCredentials Keys, DateTimeOffset RenewAt);
}
