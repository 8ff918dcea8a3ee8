using GovernedFinetune.Sandbox.Catalog.Admin;
using GovernedFinetune.Sandbox.Catalog.Http;
using GovernedFinetune.Sandbox.Catalog.Identity;
using GovernedFinetune.Sandbox.Catalog.Lineage;
using GovernedFinetune.Sandbox.Catalog.Models;
using GovernedFinetune.Sandbox.Catalog.Permissions;
using GovernedFinetune.Sandbox.Catalog.Securables;
using GovernedFinetune.Sandbox.Catalog.Vending;
using GovernedFinetune.Sandbox.Hosting;

namespace GovernedFinetune.Sandbox.Catalog;

/// <summary>
/// Unity Catalog on loopback, over plain HTTP: OAuth for service principals, securables, permissions, vended
/// credentials, registered models in both dialects, and external lineage. State is in memory and ends with the process.
/// </summary>
public sealed class CatalogApi : IAsyncDisposable
{
    private readonly LoopbackServer _server;

    private CatalogApi(LoopbackServer server) => _server = server;

    /// <summary>Where the service listens: the workspace host, without a path.</summary>
    public Uri BaseAddress => _server.BaseAddress;

    /// <summary>Starts the service on loopback.</summary>
    public static async Task<CatalogApi> StartAsync(SandboxContext context, CancellationToken cancellationToken)
    {
        var server = await LoopbackServer.StartAsync(
            context,
            "catalog",
            context.Options.CatalogPort,
            certificate: null,
            writeError: ErrorBody.WriteFaultAsync,
            map: app => Map(app, context),
            configureServices: null,
            cancellationToken);
        return new CatalogApi(server);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static void Map(WebApplication app, SandboxContext context)
    {
        var state = new CatalogState(context);
        var tokens = new AccessTokens(context.Clock, context.Options.TokenLifetime);
        var authorizer = new Authorizer(context.Clock);
        var resolver = new Resolver(state, authorizer);
        var locations = new Locations(state, authorizer);
        var removal = new Removal(state);
        var paging = new Paging(state.Settings);
        var vendor = new CredentialVendor(context.Credentials, context.Options.AccountId, context.Options.CredentialLifetime);
        var registry = new ModelRegistry(state, resolver, authorizer, locations, vendor, removal);

        new SandboxRoutes(state).Map(app.MapSandboxAdmin(context, "catalog"));
        new OidcRoutes(state, state.Principals, tokens).Map(app);

        var routes = new RouteTable(app, state, new Authenticator(state.Principals, tokens, context.AdminToken));
        IRoutes[] parts =
        [
            new ScimRoutes(state.Principals),
            new MetastoreRoutes(state, authorizer),
            new CatalogRoutes(state, resolver, authorizer, paging, locations, removal),
            new SchemaRoutes(state, resolver, authorizer, paging, locations, removal),
            new TableRoutes(state, resolver, authorizer, paging, new TableCreation(state, resolver, authorizer, locations), removal),
            new StorageCredentialRoutes(state, resolver, authorizer, paging),
            new ExternalLocationRoutes(state, resolver, authorizer, paging, locations),
            new PermissionRoutes(state, resolver, authorizer, paging),
            new VendingRoutes(state, resolver, authorizer, locations, vendor),
            new NativeModelRoutes(state, registry, paging),
            new MlflowModelRoutes(registry, paging),
            new ExternalMetadataRoutes(state, resolver, authorizer, paging, removal),
            new ExternalLineageRoutes(state, new LineageAccess(state, resolver, authorizer, locations, registry), paging),
        ];
        foreach (var part in parts)
        {
            part.Map(routes);
        }

        routes.MapUnknown();
    }
}
