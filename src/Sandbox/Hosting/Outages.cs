using Microsoft.AspNetCore.Connections;

namespace GovernedFinetune.Sandbox.Hosting;

/// <summary>
/// Services that are away, as a server is behind a broken network: every open connection is cut, whatever it carries,
/// and a new one is cut as soon as it is made.
/// </summary>
public sealed class Outages
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _away = new(StringComparer.Ordinal);
    private readonly HashSet<(string Service, ConnectionContext Connection)> _open = [];

    /// <summary>The services that can be taken away, as the request log calls them.</summary>
    public static IReadOnlyList<string> Services { get; } = ["kubernetes", "catalog", "aws"];

    /// <summary>Takes a service away.</summary>
    /// <param name="service">One of <see cref="Services"/>.</param>
    public void Begin(string service)
    {
        ConnectionContext[] cut;
        lock (_gate)
        {
            _ = _away.Add(service);
            cut = [.. _open.Where(o => o.Service == service).Select(o => o.Connection)];
        }

        foreach (var connection in cut)
        {
            Cut(connection);
        }
    }

    /// <summary>Brings every service back.</summary>
    public void End()
    {
        lock (_gate)
        {
            _away.Clear();
        }
    }

    /// <summary>Serves a connection as long as its service is there.</summary>
    /// <param name="service">The service that it was made to.</param>
    /// <param name="connection">The connection, below TLS.</param>
    /// <param name="next">What serves it.</param>
    internal async Task ServeAsync(string service, ConnectionContext connection, ConnectionDelegate next)
    {
        bool there;
        lock (_gate)
        {
            there = !_away.Contains(service);
            if (there)
            {
                _ = _open.Add((service, connection));
            }
        }

        if (!there)
        {
            Cut(connection);
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            lock (_gate)
            {
                _ = _open.Remove((service, connection));
            }
        }
    }

    private static void Cut(ConnectionContext connection) =>
        connection.Abort(new ConnectionAbortedException("The sandbox's service is away."));
}
