using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace GovernedFinetune.Sandbox.Hosting;

/// <summary>Writes an error in the shape that one service's clients expect.</summary>
/// <param name="http">The request to refuse.</param>
/// <param name="status">HTTP status.</param>
/// <param name="code">The service's error code.</param>
/// <param name="message">What happened.</param>
public delegate Task ErrorWriter(HttpContext http, int status, string code, string message);

/// <summary>One service of the sandbox on one loopback port, with the request log and the fault switch in front of it.</summary>
public sealed class LoopbackServer : IAsyncDisposable
{
    /// <summary>Bytes of a request's line and headers.</summary>
    private const int MaximumHead = 1 << 20;

    private readonly WebApplication _app;

    private LoopbackServer(WebApplication app, Uri baseAddress)
    {
        _app = app;
        BaseAddress = baseAddress;
    }

    /// <summary>Where the service listens, such as <c>http://127.0.0.1:40123</c>.</summary>
    public Uri BaseAddress { get; }

    /// <summary>Starts a service.</summary>
    /// <param name="context">What the services share.</param>
    /// <param name="service">The service's name in the request log.</param>
    /// <param name="port">The port; 0 takes a free one.</param>
    /// <param name="certificate">Server certificate; absent means plain HTTP.</param>
    /// <param name="writeError">How this service writes an error.</param>
    /// <param name="map">Adds the service's routes.</param>
    /// <param name="configureServices">Adds what the routes need; absent means nothing.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    public static async Task<LoopbackServer> StartAsync(
        SandboxContext context,
        string service,
        int port,
        X509Certificate2? certificate,
        ErrorWriter writeError,
        Action<WebApplication> map,
        Action<IServiceCollection>? configureServices,
        CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        _ = builder.Logging.ClearProviders();
        _ = builder.WebHost.UseKestrelHttpsConfiguration();
        _ = builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;

            // As much as Go's servers take, so that a long selector or an odd header is the service's to judge.
            kestrel.Limits.MaxRequestLineSize = MaximumHead / 2;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaximumHead;
            kestrel.Limits.MaxRequestHeaderCount = 1000;
            kestrel.Limits.Http2.MaxRequestHeaderFieldSize = MaximumHead / 2;
            kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
            kestrel.Listen(IPAddress.Loopback, port, listen =>
            {
                listen.Protocols = certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
                _ = listen.Use(next => connection => context.Outages.ServeAsync(service, connection, next));
                if (certificate is not null)
                {
                    _ = listen.UseHttps(certificate);
                }
            });
        });
        configureServices?.Invoke(builder.Services);

        var app = builder.Build();
        _ = app.Use(next => http => Serve(context, service, writeError, http, next));
        map(app);
        await app.StartAsync(cancellationToken);

        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new LoopbackServer(app, new Uri(address));
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        // Watches stay open for ever, so a graceful stop would only wait for its own time-out.
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private static async Task Serve(SandboxContext context, string service, ErrorWriter writeError, HttpContext http, RequestDelegate next)
    {
        var description = http.Description();
        var began = context.Clock.GetUtcNow();
        var logged = false;
        http.Response.OnStarting(() =>
        {
            // Before the first byte leaves: whoever has an answer can also find its line in the log.
            Log();
            return Task.CompletedTask;
        });

        try
        {
            var fault = http.Request.Path.StartsWithSegments("/_sandbox", StringComparison.Ordinal)
                ? null
                : context.Faults.Take(service, http.Request);
            if (fault is { LatencyMilliseconds: > 0 })
            {
                await Task.Delay(TimeSpan.FromMilliseconds(fault.LatencyMilliseconds), context.Clock, http.RequestAborted);
            }

            if (fault is { Status: { } status, DropAfterEffect: false })
            {
                if (fault.RetryAfterSeconds is { } seconds)
                {
                    http.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
                }

                description.Error = fault.Code ?? "InjectedFault";
                await writeError(http, status, description.Error, "Injected by the sandbox's fault switch.");
            }
            else if (fault is { DropAfterEffect: true })
            {
                http.Response.Body = Stream.Null;
                await next(http);
                description.Error = "DroppedAfterEffect";
                http.Abort();
            }
            else
            {
                await next(http);
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            description.Error ??= "ClientClosedRequest";
        }
        finally
        {
            Log();
        }

        void Log()
        {
            if (logged)
            {
                return;
            }

            logged = true;
            context.Requests.Add(new RequestRecord(
                context.Clock.GetUtcNow(),
                began,
                service,
                description.Operation.Length > 0 ? description.Operation : $"{http.Request.Method} {http.Request.Path}",
                description.Principal,
                description.Resource,
                http.Request.Method,
                http.Request.Path,
                http.Response.StatusCode,
                description.Error,
                http.Request.Headers.UserAgent.ToString() is { Length: > 0 } agent ? agent : null));
        }
    }
}
