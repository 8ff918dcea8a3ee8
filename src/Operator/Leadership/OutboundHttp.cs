using System.Net.Sockets;
using Amazon.Runtime;

namespace GovernedFinetune.Operator.Leadership;

/// <summary>
/// The one way out to catalogs and clouds: their HTTP clients share these connections. The fence is passed twice: by
/// <see cref="OutboundGate"/> when a call begins, which is after all waiting for rate limits and before each of the SDK's
/// own retries; and by every write to a socket, for a call that was held up while it connected, or with the process
/// stopped, between the two.
/// </summary>
internal sealed class OutboundHttp : IDisposable
{
    private readonly OutboundGate _gate;

    public OutboundHttp(Fence fence, ReplicaIdentity identity)
    {
        _gate = new OutboundGate(fence, identity, new SocketsHttpHandler
        {
            // A redirect would be a login page, never an answer.
            AllowAutoRedirect = false,
            ConnectCallback = (context, cancellationToken) => ConnectAsync(context, fence, cancellationToken),
            // So that a change in DNS is noticed.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
        });
        Aws = new SdkClients(_gate);
    }

    /// <summary>What gives AWS clients their HTTP client.</summary>
    public HttpClientFactory Aws { get; }

    /// <summary>A client over the shared connections.</summary>
    public HttpClient CreateClient() => new(_gate, disposeHandler: false);

    /// <inheritdoc />
    public void Dispose() => _gate.Dispose();

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, Fence fence, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new FencedStream(new NetworkStream(socket, ownsSocket: true), fence, context.DnsEndPoint.Host);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class SdkClients(HttpMessageHandler handler) : HttpClientFactory
    {
        /// <inheritdoc />
        public override HttpClient CreateHttpClient(IClientConfig clientConfig)
        {
            var client = new HttpClient(handler, disposeHandler: false);
            if (clientConfig.Timeout is { } timeout)
            {
                client.Timeout = timeout;
            }

            return client;
        }
    }
}
