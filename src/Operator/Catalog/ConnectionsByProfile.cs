using System.Collections.Concurrent;
using GovernedFinetune.Operator.Cloud.Access;
using GovernedFinetune.Operator.Cloud.Calls;
using GovernedFinetune.Operator.Leadership;
using GovernedFinetune.Operator.Profiles;

namespace GovernedFinetune.Operator.Catalog;

/// <summary>The connections of each profile, made once. Runs and grants of a profile share them, and rate limits are shared
/// by all profiles of an account.</summary>
internal sealed class ConnectionsByProfile(OutboundHttp outbound, TimeProvider clock, ILoggerFactory logs) : IDisposable
{
    /// <summary>The longest that one call of the catalog may take.</summary>
    private static readonly TimeSpan CallTime = TimeSpan.FromSeconds(60);

    /// <summary>No answer that the operator reads is near this size.</summary>
    private const int LargestAnswer = 16 * 1024 * 1024;

    private readonly ApiRateLimits _limits = new(clock);
    private readonly ConcurrentDictionary<string, Lazy<ProfileConnections>> _known = new(StringComparer.Ordinal);
    private readonly HttpClient _http = Client(outbound);

    /// <summary>The connections of a profile.</summary>
    public ProfileConnections Of(Profile profile) => _known.GetOrAdd(
        profile.Name,
        _ => new Lazy<ProfileConnections>(() => new ProfileConnections(profile, _http, _limits, outbound.Aws, EndpointOverrides.OfProcess, clock, logs))).Value;

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var connections in _known.Values.Where(c => c.IsValueCreated))
        {
            connections.Value.Dispose();
        }

        _http.Dispose();
    }

    private static HttpClient Client(OutboundHttp outbound)
    {
        var client = outbound.CreateClient();
        (client.Timeout, client.MaxResponseContentBufferSize) = (CallTime, LargestAnswer);
        return client;
    }
}
