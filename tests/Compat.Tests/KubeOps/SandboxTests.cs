using GovernedFinetune.Compat.Tests.Operators.Fakes;
using GovernedFinetune.Sandbox;
using GovernedFinetune.Sandbox.Hosting;
using GovernedFinetune.Sandbox.Kubernetes;
using k8s;
using k8s.Models;
using KubeOps.Abstractions.Builder;
using KubeOps.Abstractions.Events;
using KubeOps.KubernetesClient;
using KubeOps.Operator;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace GovernedFinetune.Compat.Tests.Operators;

/// <summary>The same parts once together on the sandbox's Kubernetes API: TLS, tokens, a schema, leases, real watches.</summary>
public sealed class SandboxTests : IAsyncLifetime
{
    private const string Definition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: widgets.tests.example.com}
        spec:
          group: tests.example.com
          scope: Namespaced
          names: {kind: Widget, listKind: WidgetList, plural: widgets, singular: widget}
          versions:
            - name: v1
              served: true
              storage: true
              subresources: {status: {}}
              schema:
                openAPIV3Schema:
                  type: object
                  properties:
                    spec: {type: object, properties: {color: {type: string}, size: {type: integer}}}
                    status: {type: object, properties: {phase: {type: string}}}
        """;

    private readonly string _state = Directory.CreateTempSubdirectory("compat-tests-").FullName;
    private IAsyncDisposable[] _services = [];
    private KubernetesClientConfiguration _configuration = null!;

    public async Task InitializeAsync()
    {
        var context = new SandboxContext(new SandboxOptions { StateDirectory = _state }, TimeProvider.System);
        var api = await KubernetesApi.StartAsync(context, CancellationToken.None);
        _services = [api, context];
        _configuration = await KubernetesClientConfiguration.BuildConfigFromConfigFileAsync(new FileInfo(api.KubeconfigPath));
        _configuration.Namespace = "default";
        using var client = new KubernetesClient(_configuration);
        await client.CreateAsync(KubernetesYaml.Deserialize<V1CustomResourceDefinition>(Definition));
    }

    public async Task DisposeAsync()
    {
        foreach (var service in _services)
        {
            await service.DisposeAsync();
        }

        Directory.Delete(_state, recursive: true);
    }

    [Fact]
    public async Task A_leader_reconciles_writes_status_and_events_and_finalizes()
    {
        using var host = Build();
        var script = host.Services.GetRequiredService<Script>();
        var client = host.Services.GetRequiredService<IKubernetesClient>();
        await host.StartAsync();

        await client.CreateAsync(Widget.Named("a"));
        var reconciled = (await script.NextAsync()).Widget;
        Assert.Equal([WidgetFinalizer.Identifier], reconciled.Finalizers());
        reconciled.Status.Phase = "Ready";
        var ready = await client.UpdateStatusAsync(reconciled);
        await host.Services.GetRequiredService<EventPublisher>()(ready, "Ready", "All is well");
        await client.DeleteAsync(ready);

        Assert.Equal(Asked.Finalize, (await script.NextAsync()).Asked);
        var deleted = await script.NextAsync();
        Assert.Equal((Asked.Deleted, "Ready"), (deleted.Asked, deleted.Widget.Status.Phase));
        Assert.Null(await client.GetAsync<Widget>("a", "default"));
        Assert.Equal("All is well", Assert.Single(await client.ListAsync<Corev1Event>("default")).Message);
        Assert.Equal(
            Environment.MachineName,
            (await client.GetAsync<V1Lease>("widget-operator-leader", "default"))!.Spec.HolderIdentity);
        await host.StopAsync();
    }

    private IHost Build()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services
            .AddLogging()
            .AddSingleton(_configuration)
            .AddSingleton<Script>()
            .AddKubernetesOperator(it => it
                .WithName("widget-operator")
                .WithNamespace("default")
                .WithLeaderElection(LeaderElectionType.Single))
            .AddController<WidgetController, Widget>()
            .AddFinalizer<WidgetFinalizer, Widget>(WidgetFinalizer.Identifier);
        return builder.Build();
    }
}
