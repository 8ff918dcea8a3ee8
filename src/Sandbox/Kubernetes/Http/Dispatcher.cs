using GovernedFinetune.Sandbox.Hosting;
using GovernedFinetune.Sandbox.Kubernetes.Access;
using GovernedFinetune.Sandbox.Kubernetes.Authorization;
using GovernedFinetune.Sandbox.Kubernetes.Discovery;
using GovernedFinetune.Sandbox.Kubernetes.OpenApi;
using GovernedFinetune.Sandbox.Kubernetes.Resources;
using GovernedFinetune.Sandbox.Kubernetes.Watching;

namespace GovernedFinetune.Sandbox.Kubernetes.Http;

/// <summary>Takes every request: who asks, what for, and which handler answers. Refusals become <c>Status</c> answers here.</summary>
internal sealed class Dispatcher(
    Gate gate,
    WriteAdmission admission,
    ResourceRegistry registry,
    OpenApiDocuments openApi,
    ReadHandler reader,
    WatchHandler watcher,
    WriteHandler writer,
    DeleteHandler deleter,
    ReviewHandler reviews,
    TokenRequestHandler tokens)
{
    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            await RouteAsync(http);
        }
        catch (StatusException refusal) when (!http.Response.HasStarted)
        {
            await Responder.RefuseAsync(http, refusal);
        }
        catch (BadHttpRequestException e) when (!http.Response.HasStarted)
        {
            await Responder.RefuseAsync(http, new StatusException(e.StatusCode, "BadRequest", e.Message));
        }
        catch (Exception e) when (e is not OperationCanceledException && !http.Response.HasStarted)
        {
            // A bug of this server. The client gets it in the form that it can show, with the place.
            await Responder.RefuseAsync(http, new StatusException(500, "InternalError", $"Internal error occurred: {e.GetType().Name}: {e.Message} {e.StackTrace?.Split('\n')[0].Trim()}"));
        }
    }

    private Task RouteAsync(HttpContext http)
    {
        var path = RequestPath.Of(http);
        if (path is "/healthz" or "/livez" or "/readyz")
        {
            return Responder.WriteAsync(http, 200, "ok"u8.ToArray(), "text/plain; charset=utf-8");
        }

        if (path == "/version")
        {
            return Responder.WriteAsync(http, 200, ServerVersion.Document);
        }

        if (RequestTarget.Parse(path) is { } target)
        {
            var query = new RequestQuery(http.Request.Query, http.Request.Headers.UserAgent.ToString());
            var access = AccessRequest.Of(http.Request.Method, target, query);
            http.Description().Operation = $"{access.Verb} {access.CombinedResource}";
            http.Description().Resource = target.Resource;
            return ResourceAsync(http, target, query, access, gate.Admit(http, access));
        }

        _ = gate.Admit(http, AccessRequest.Of(http.Request.Method, path));
        return DocumentAsync(http, path.Split('/', StringSplitOptions.RemoveEmptyEntries));
    }

    private Task DocumentAsync(HttpContext http, string[] path)
    {
        if (http.Request.Method is not ("GET" or "HEAD"))
        {
            throw Refusals.MethodNotAllowed("the server does not allow this method on the requested resource");
        }

        if (path is ["api"] or ["apis"] && AggregatedDiscovery.Wanted(http.Request) is { } version)
        {
            var document = AggregatedDiscovery.Document(registry, version, core: path[0] == "api");
            return Responder.WriteAsync(http, 200, document, AggregatedDiscovery.ContentType(version));
        }

        if (path is ["openapi", "v2"])
        {
            // An empty document, in protobuf no bytes at all: clients only look whether a kind without v3 schema has one here.
            return Responder.WriteAsync(http, 200, [], "application/com.github.proto-openapi.spec.v2.v1.0+protobuf");
        }

        var found = path switch
        {
            ["api"] => DiscoveryDocuments.CoreVersions(http.Request.Host.Value ?? ""),
            ["apis"] => DiscoveryDocuments.Groups(registry),
            ["apis", var group] => DiscoveryDocuments.Group(registry, group),
            ["api", var v] => DiscoveryDocuments.Resources(registry, "", v),
            ["apis", var group, var v] => DiscoveryDocuments.Resources(registry, group, v),
            ["openapi", "v3"] => openApi.Index(),
            ["openapi", "v3", "api", var v] when openApi.Has("", v) => openApi.Document("", v),
            ["openapi", "v3", "apis", var group, var v] when openApi.Has(group, v) => openApi.Document(group, v),
            _ => null,
        };
        return found is null ? throw Refusals.NoSuchPath() : Responder.WriteAsync(http, 200, found);
    }

    private Task ResourceAsync(HttpContext http, RequestTarget target, RequestQuery query, AccessRequest access, Caller caller)
    {
        var type = registry.Find(target.Group, target.Version, target.Plural) ?? throw Refusals.NoSuchPath();
        var verb = access.Verb;
        if (!Verbs(type, target).Contains(verb) || http.Request.Method == "HEAD")
        {
            throw Refusals.MethodNotAllowed("the server does not allow this method on the requested resource");
        }

        if (!target.FitsScope(type, verb))
        {
            throw type.Namespaced && verb is "create" or "deletecollection"
                ? Refusals.BadRequest("an empty namespace may not be set during creation")
                : Refusals.NoSuchPath();
        }

        var request = new ResourceRequest(http, type, target, query)
        {
            Caller = caller,
            Admit = (next, old) => admission.Admit(caller, type, access, next, old),
        };
        return verb switch
        {
            "get" => reader.GetAsync(request),
            "watch" => watcher.WatchAsync(request),
            "list" => reader.ListAsync(request),
            "create" when target.Subresource.Length > 0 => tokens.CreateAsync(request, type.Subresources[0].Body),
            "create" when type.IsReview => reviews.CreateAsync(request),
            "create" => writer.CreateAsync(request),
            "update" => writer.UpdateAsync(request),
            "patch" => writer.PatchAsync(request),
            "delete" => deleter.DeleteAsync(request),
            "deletecollection" => deleter.DeleteCollectionAsync(request),
            _ => throw new InvalidOperationException($"no handler for the verb {verb}"),
        };
    }

    /// <summary>What the server can do to what the path names.</summary>
    /// <exception cref="StatusException">There is no such subresource.</exception>
    private static IEnumerable<string> Verbs(ResourceType type, RequestTarget target) => target.Subresource switch
    {
        "status" when type.HasStatus => DiscoveryDocuments.VerbsOfStatus,
        { Length: > 0 } name => (type.Subresources.FirstOrDefault(s => s.Name == name) ?? throw Refusals.NoSuchPath()).Verbs,
        _ => type.Verbs.Where(v => (v is "create" or "list" or "watch" or "deletecollection") == (target.Name.Length == 0)),
    };
}
