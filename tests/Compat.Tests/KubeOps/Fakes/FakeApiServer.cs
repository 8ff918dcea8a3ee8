using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using k8s;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace GovernedFinetune.Compat.Tests.Operators.Fakes;

/// <summary>A request as it came in.</summary>
internal sealed record RecordedRequest(string Method, string Path, string Query, string? ContentType, string Body)
{
    public JsonObject Json => (JsonObject)JsonNode.Parse(Body)!;

    public bool Is(string method, string path) => Method == method && Path == path;
}

/// <summary>A Kubernetes API server on a free loopback port: any resource, no schema, no authentication.</summary>
internal sealed class FakeApiServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<FakeWatch> _opened = Channel.CreateUnbounded<FakeWatch>();
    private readonly ConcurrentQueue<RecordedRequest> _requests = [];
    private readonly ConcurrentQueue<(Func<RecordedRequest, bool> Matches, int Status)> _failures = [];
    private readonly Lock _waitersGate = new();
    private readonly List<(Func<RecordedRequest, bool> Matches, TaskCompletionSource<RecordedRequest> Seen)> _waiters = [];

    private FakeApiServer(WebApplication app) => _app = app;

    public ObjectStore Store { get; } = new();

    public Uri Address => new(_app.Urls.First());

    public IReadOnlyList<RecordedRequest> Requests => [.. _requests];

    public static async Task<FakeApiServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(it => it.Protocols = HttpProtocols.Http1));
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new FakeApiServer(builder.Build());
        server._app.Run(server.HandleAsync);
        await server._app.StartAsync();
        return server;
    }

    public KubernetesClientConfiguration Configuration() => new() { Host = Address.ToString(), Namespace = "default" };

    /// <summary>The next watch that a client opens on a resource.</summary>
    public async Task<FakeWatch> NextWatchAsync(string plural)
    {
        while (true)
        {
            var watch = await _opened.Reader.ReadAsync().AsTask().Soon();
            if (watch.Collection.Plural == plural)
            {
                return watch;
            }
        }
    }

    /// <summary>Whether a watch was opened that no test has asked for yet.</summary>
    public bool HasUnseenWatch => _opened.Reader.TryPeek(out _);

    /// <summary>Answers the next request that matches with an error.</summary>
    public void FailNext(Func<RecordedRequest, bool> matches, int status) => _failures.Enqueue((matches, status));

    /// <summary>The first request that matches from now on.</summary>
    public Task<RecordedRequest> RequestAsync(Func<RecordedRequest, bool> matches)
    {
        var seen = new TaskCompletionSource<RecordedRequest>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_waitersGate)
        {
            _waiters.Add((matches, seen));
        }

        return seen.Task.Soon();
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext http)
    {
        var request = await RecordAsync(http);
        if (_failures.TryPeek(out var failure) && failure.Matches(request) && _failures.TryDequeue(out _))
        {
            await WriteAsync(http, failure.Status, Statuses.Json(failure.Status, "Injected", "injected by the test"));
        }
        else if (!ResourcePath.TryParse(request.Path, out var path))
        {
            await WriteAsync(http, 404, Statuses.Json(404, "NotFound", $"no such path: {request.Path}"));
        }
        else if (request.Method == "GET" && http.Request.Query["watch"] == "true")
        {
            await WatchAsync(http, path.Collection);
        }
        else
        {
            try
            {
                await WriteAsync(http, request.Method == "POST" ? 201 : 200, Answer(request, path));
            }
            catch (RefusedException refused)
            {
                await WriteAsync(http, refused.Status, Statuses.Json(refused.Status, refused.Reason, refused.Message));
            }
            catch (Exception bug)
            {
                await WriteAsync(http, 500, Statuses.Json(500, "BugInTheFakeServer", bug.ToString()));
            }
        }
    }

    private JsonObject Answer(RecordedRequest request, ResourcePath path) => (request.Method, path.Name) switch
    {
        ("GET", null) => new JsonObject
        {
            ["kind"] = "List",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject { ["resourceVersion"] = Store.Version.ToString(CultureInfo.InvariantCulture) },
            ["items"] = new JsonArray([.. Store.List(path.Collection).Select(stored => stored.Json.DeepClone())]),
        },
        ("GET", { } name) => Store.Get(path.Collection, name),
        ("POST", null) => Store.Create(path.Collection, request.Json),
        ("PUT", { } name) => Store.Replace(path.Collection, name, path.Subresource, request.Json),
        ("PATCH", { } name) => Store.Merge(path.Collection, name, path.Subresource, request.Json),
        ("DELETE", { } name) => Store.Delete(path.Collection, name),
        _ => throw new RefusedException(405, "MethodNotAllowed", $"{request.Method} {request.Path}"),
    };

    private async Task WatchAsync(HttpContext http, Collection collection)
    {
        var query = http.Request.Query.ToDictionary(it => it.Key, it => it.Value.ToString());
        var watch = new FakeWatch(collection, query);
        using var listening = Store.Listen(collection, query.GetValueOrDefault("resourceVersion"), watch.Send);
        _opened.Writer.TryWrite(watch);
        try
        {
            await watch.ServeAsync(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client hung up.
        }
    }

    private async Task<RecordedRequest> RecordAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var request = new RecordedRequest(
            http.Request.Method,
            http.Request.Path.Value ?? "",
            http.Request.QueryString.Value ?? "",
            http.Request.ContentType,
            await reader.ReadToEndAsync(http.RequestAborted));
        _requests.Enqueue(request);
        lock (_waitersGate)
        {
            foreach (var (matches, seen) in _waiters)
            {
                if (matches(request))
                {
                    seen.TrySetResult(request);
                }
            }
        }

        return request;
    }

    private static async Task WriteAsync(HttpContext http, int status, JsonObject body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(body.ToJsonString(), http.RequestAborted);
    }
}
