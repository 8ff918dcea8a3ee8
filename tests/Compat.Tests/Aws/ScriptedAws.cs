using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace GovernedFinetune.Compat.Tests.Aws;

/// <summary>One request as it came over the wire.</summary>
public sealed record WireRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body, string Connection)
{
    public string Text => Encoding.UTF8.GetString(Body);
}

/// <summary>A service on a free loopback port that gives prepared answers, in order, and keeps the requests.</summary>
public sealed class ScriptedAws : IAsyncDisposable
{
    public const string RequestId = "5b1e7a52-0000-4000-8000-000000000001";

    private readonly ConcurrentQueue<Func<HttpContext, Task>> _answers = new();
    private readonly ConcurrentQueue<WireRequest> _requests = new();
    private readonly WebApplication _app;

    private ScriptedAws()
    {
        var builder = WebApplication.CreateSlimBuilder();
        _ = builder.Logging.ClearProviders();
        _ = builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1));
        _app = builder.Build();
        _app.Run(Answer);
    }

    public string Url { get; private set; } = "";

    public IReadOnlyList<WireRequest> Requests => [.. _requests];

    /// <summary>Completes when a request has arrived and its answer is being held back.</summary>
    public TaskCompletionSource Holding { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static async Task<ScriptedAws> StartAsync()
    {
        var server = new ScriptedAws();
        await server._app.StartAsync();
        server.Url = server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return server;
    }

    public ScriptedAws Answers(string json, int status = 200, string? errorType = null)
    {
        _answers.Enqueue(async http =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers["x-amzn-RequestId"] = RequestId;
            if (errorType is not null)
            {
                http.Response.Headers["x-amzn-ErrorType"] = errorType;
            }

            await http.Response.WriteAsync(json);
        });
        return this;
    }

    public ScriptedAws DropsConnection()
    {
        _answers.Enqueue(http =>
        {
            http.Abort();
            return Task.CompletedTask;
        });
        return this;
    }

    /// <summary>Takes the request and says nothing until the caller gives up.</summary>
    public ScriptedAws HoldsBack()
    {
        _answers.Enqueue(async http =>
        {
            Holding.SetResult();
            var gone = new TaskCompletionSource();
            await using var registration = http.RequestAborted.Register(gone.SetResult);
            await gone.Task;
        });
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task Answer(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        _requests.Enqueue(new WireRequest(
            http.Request.Method,
            http.Features.Get<IHttpRequestFeature>()!.RawTarget,
            http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray(),
            http.Connection.Id));

        if (_answers.TryDequeue(out var answer))
        {
            await answer(http);
        }
        else
        {
            http.Response.StatusCode = 418;
            await http.Response.WriteAsync("""{"__type":"NothingPrepared","message":"the test prepared no answer for this request"}""");
        }
    }
}
