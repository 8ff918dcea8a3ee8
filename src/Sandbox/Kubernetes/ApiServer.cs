using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Access;
using GovernedFinetune.Sandbox.Kubernetes.Apply;
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
    private readonly Pages _pages;
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
            new EventRetention(_store, clock));
        var writer = new ObjectWriter(_store, new ObjectDecoder(builtin.ObjectMeta), new FieldManager(builtin.ObjectMeta, clock), reactions, clock);
        _pages = new Pages(_store);
        var reader = new ReadHandler(_store, _pages, clock);
        var authenticator = new Authenticator();
        AdminToken = authenticator.Issue(new Caller("admin", ["system:masters", "system:authenticated"]));
        _dispatcher = new Dispatcher(
            authenticator,
            registry,
            new OpenApiDocuments(registry, builtin),
            reader,
            new WatchHandler(_store, clock, _stopping.Token),
            new WriteHandler(_store, writer, reader),
            new DeleteHandler(_store, deletion, reactions, reader));

        var namespaces = registry.Find("", "v1", "namespaces")!;
        foreach (var name in FirstNamespaces)
        {
            _ = writer.Create(namespaces, "", new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } }, new WriteOptions { FieldManager = "sandbox" });
        }
    }

    /// <summary>Bearer token of the administrator.</summary>
    public string AdminToken { get; }

    /// <summary>Answers one request.</summary>
    public Task HandleAsync(HttpContext http) => _dispatcher.HandleAsync(http);

    /// <summary>Adds what tests need to bring about: an expired history, and the loss of every watch.</summary>
    public void MapAdmin(RouteGroupBuilder admin)
    {
        _ = admin.MapDelete("/kubernetes/history", () =>
        {
            _store.Compact();
            _pages.Forget();
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
