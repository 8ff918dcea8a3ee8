using GovernedFinetune.Sandbox.Catalog.Identity;
using GovernedFinetune.Sandbox.Catalog.Securables;
using GovernedFinetune.Sandbox.Hosting;

namespace GovernedFinetune.Sandbox.Catalog.Http;

/// <summary>A part of the service that adds its routes.</summary>
internal interface IRoutes
{
    void Map(RouteTable routes);
}

/// <summary>
/// Runs every route the same way: read the body, then authenticate, handle and serialise under the state's one lock.
/// Handlers are therefore plain synchronous functions over the state.
/// </summary>
internal sealed class RouteTable(WebApplication app, CatalogState state, Authenticator authenticator)
{
    public const string Catalog = "/api/2.1/unity-catalog";

    public void Get(string pattern, string operation, Func<Call, object?> handler) => Map("GET", pattern, operation, handler);

    public void Post(string pattern, string operation, Func<Call, object?> handler) => Map("POST", pattern, operation, handler);

    public void Put(string pattern, string operation, Func<Call, object?> handler) => Map("PUT", pattern, operation, handler);

    public void Patch(string pattern, string operation, Func<Call, object?> handler) => Map("PATCH", pattern, operation, handler);

    public void Delete(string pattern, string operation, Func<Call, object?> handler) => Map("DELETE", pattern, operation, handler);

    /// <summary>Any other path or verb is <c>ENDPOINT_NOT_FOUND</c>, for those who are signed in.</summary>
    public void MapUnknown() => app.MapFallback("{**path}", http => RunAsync(
        http, "", _ => throw ApiError.NoEndpoint(http.Request.Method, http.Request.Path.Value ?? "/")));

    private void Map(string method, string pattern, string operation, Func<Call, object?> handler) =>
        app.MapMethods(pattern, [method], (RequestDelegate)(http => RunAsync(http, operation, handler)));

    private async Task RunAsync(HttpContext http, string operation, Func<Call, object?> handler)
    {
        http.Description().Operation = operation;
        try
        {
            var body = await RequestBody.ReadAsync(http);
            byte[] answer;
            lock (state.Gate)
            {
                var caller = authenticator.Authenticate(http);
                answer = Wire.Serialize(handler(new Call(http, caller, body)) ?? new object());
            }

            await Wire.WriteAsync(http, answer);
        }
        catch (ApiError error)
        {
            await ErrorBody.WriteAsync(http, error);
        }
    }
}
