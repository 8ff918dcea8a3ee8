using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Access;
using GovernedFinetune.Sandbox.Kubernetes.Apply;
using GovernedFinetune.Sandbox.Kubernetes.Authorization;
using GovernedFinetune.Sandbox.Kubernetes.Http;
using GovernedFinetune.Sandbox.Kubernetes.Lifecycle;
using GovernedFinetune.Sandbox.Kubernetes.Objects;
using GovernedFinetune.Sandbox.Kubernetes.OpenApi;
using GovernedFinetune.Sandbox.Kubernetes.Resources;
using GovernedFinetune.Sandbox.Kubernetes.Storage;
using GovernedFinetune.Sandbox.Kubernetes.Watching;

namespace GovernedFinetune.Sandbox.Kubernetes;

/// <summary>The parts of one API server, put together.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    private static readonly string[] FirstNamespaces = ["default", "kube-system"];

    private readonly CancellationTokenSource _stopping = new();
    private readonly ObjectStore _store = new();
    private readonly Dispatcher _dispatcher;

    public ApiServer(TimeProvider clock)
    {
        var builtin = new BuiltinResources(
            new Dictionary<string, IResourceRules>(StringComparer.Ordinal)
            {
                ["Namespace"] = new NamespaceRules(),
                ["Secret"] = new SecretRules(),
                ["ConfigMap"] = new ConfigMapRules(),
                ["Event"] = new EventRules(),
                ["Lease"] = new LeaseRules(),
                ["Role"] = new RoleRules(),
                ["RoleBinding"] = new RoleBindingRules(),
                ["CustomResourceDefinition"] = new CrdRules(clock),
            },
            new Dictionary<string, IConversion>(StringComparer.Ordinal) { ["Events"] = new EventConversion() });
        var registry = new ResourceRegistry(builtin.Types);
        var deletion = new Deletion(_store, clock);
        var reactions = new Reactions(
            _store,
            new Cascade(_store, deletion),
            deletion,
            new CrdRegistrar(_store, registry),
            new EventRetention(_store, clock),
            new DefaultServiceAccounts(_store, clock),
            new RoleAggregation(_store));
        var decoder = new ObjectDecoder(builtin.ObjectMeta);
        var writer = new ObjectWriter(_store, decoder, new FieldManager(builtin.ObjectMeta, clock), reactions, clock);
        var reader = new ReadHandler(_store, new Pages(_store), clock);
        var tokens = new ServiceAccountTokens(_store, clock);
        var authenticator = new Authenticator(tokens);
        var authorizer = new Authorizer(_store);
        AdminToken = authenticator.Issue(new Caller("admin", [Caller.Masters, Caller.Authenticated]));
        _dispatcher = new Dispatcher(
            new Gate(authenticator, new Impersonation(authorizer), authorizer),
            new WriteAdmission(authorizer),
            registry,
            new OpenApiDocuments(registry, builtin),
            reader,
            new WatchHandler(_store, clock, _stopping.Token),
            new WriteHandler(_store, writer, reader),
            new DeleteHandler(_store, deletion, reactions, reader),
            new ReviewHandler(decoder, authorizer),
            new TokenRequestHandler(_store, decoder, tokens));

        var options = new WriteOptions { FieldManager = "sandbox" };
        var namespaces = registry.Find("", "v1", "namespaces")!;
        foreach (var name in FirstNamespaces)
        {
            _ = writer.Create(namespaces, "", new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } }, options);
        }

        BootstrapPolicy.Create(registry, writer, options);
    }

    /// <summary>Bearer token of the administrator.</summary>
    public string AdminToken { get; }

    /// <summary>What it serves; benchmarks change it past the front door.</summary>
    public ObjectStore Store => _store;

    /// <summary>Answers one request.</summary>
    public Task HandleAsync(HttpContext http) => _dispatcher.HandleAsync(http);

    /// <summary>Adds what tests need to bring about: an expired history, and the loss of every watch.</summary>
    public void MapAdmin(RouteGroupBuilder admin)
    {
        _ = admin.MapDelete("/kubernetes/history", () =>
        {
            _store.Compact();
            return Results.NoContent();
        });
        _ = admin.MapDelete("/kubernetes/watches", () =>
        {
            _store.EndFeeds();
            return Results.NoContent();
        });
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _stopping.Dispose();
    }
}
