using System.Net;
using GovernedFinetune.Compat.Tests.Contract.Support;
using GovernedFinetune.Compat.Tests.Operators.Fakes;
using GovernedFinetune.Sandbox.Hosting;
using k8s.Autorest;
using k8s.Models;
using KubeOps.Abstractions.Builder;
using KubeOps.Abstractions.Events;
using KubeOps.Abstractions.Reconciliation;
using KubeOps.KubernetesClient;
using KubeOps.Operator;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace GovernedFinetune.Compat.Tests.Contract;

/// <summary>A cluster that serves <see cref="Widget"/>, whose group KubeOps takes from an attribute.</summary>
public sealed class OperatorCluster : IAsyncLifetime
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

    public Cluster Cluster { get; } = new();

    public async Task InitializeAsync()
    {
        await Cluster.InitializeAsync();
        _ = await Cluster.DefineAsync(Definition);
    }

    public Task DisposeAsync() => Cluster.DisposeAsync();
}

/// <summary>KubeOps as a whole: TLS, credentials, a schema, leases and real watches. Every test has a namespace of its own.</summary>
public sealed class OperatorTests(OperatorCluster operators) : IClassFixture<OperatorCluster>, IAsyncLifetime
{
    private string _namespace = "";

    public async Task InitializeAsync() => _namespace = await operators.Cluster.NewNamespaceAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_leader_reconciles_writes_status_and_events_and_finalizes()
    {
        using var host = Build(it => it.WithLeaderElection(LeaderElectionType.Single));
        var (script, client) = Parts(host);
        await host.StartAsync();

        await client.CreateAsync(Named("a"));
        var reconciled = (await script.NextAsync()).Widget;
        Assert.Equal([WidgetFinalizer.Identifier], reconciled.Finalizers());
        reconciled.Status.Phase = "Ready";
        reconciled.Spec.Color = "not written by a status update";
        var ready = await client.UpdateStatusAsync(reconciled);
        Assert.Equal(("Ready", "red"), (ready.Status.Phase, ready.Spec.Color));
        await host.Services.GetRequiredService<EventPublisher>()(ready, "Ready", "All is well");
        await client.DeleteAsync(ready);

        Assert.Equal(Asked.Finalize, (await script.NextAsync()).Asked);
        var deleted = await script.NextAsync();
        Assert.Equal((Asked.Deleted, "Ready"), (deleted.Asked, deleted.Widget.Status.Phase));
        Assert.Null(await client.GetAsync<Widget>("a", _namespace));
        Assert.Equal("All is well", Assert.Single(await client.ListAsync<Corev1Event>(_namespace)).Message);
        Assert.Equal(Environment.MachineName, (await client.GetAsync<V1Lease>("widget-operator-leader", _namespace))!.Spec.HolderIdentity);
        await host.StopAsync();
    }

    [Fact]
    public async Task What_was_there_before_it_started_is_reconciled_and_comes_back_when_asked()
    {
        using var host = Build();
        var (script, client) = Parts(host);
        script.Answer = Answers.InTurn(
            call => ReconciliationResult<Widget>.Success(call.Widget, requeueAfter: TimeSpan.FromMilliseconds(1)),
            call => ReconciliationResult<Widget>.Success(call.Widget));
        await client.CreateAsync(Named("a"));
        await host.StartAsync();

        _ = await script.NextAsync("a");
        _ = await script.NextAsync("a");
        await host.StopAsync();
    }

    [Fact]
    public async Task A_stale_write_is_a_conflict_and_the_retry_sees_the_new_object()
    {
        using var host = Build(it => it.ParallelReconciliation.ErrorBackoffBase = TimeSpan.FromMilliseconds(1));
        var (script, client) = Parts(host);
        var conflicts = 0;
        script.Answer = async (call, cancellationToken) =>
        {
            if (conflicts == 0)
            {
                var rival = (await client.GetAsync<Widget>("a", _namespace, cancellationToken))!;
                rival.Spec.Color = "blue";
                _ = await client.UpdateAsync(rival, cancellationToken);
            }

            try
            {
                call.Widget.Status.Phase = $"saw {call.Widget.Spec.Color}";
                return ReconciliationResult<Widget>.Success(await client.UpdateStatusAsync(call.Widget, cancellationToken));
            }
            catch (HttpOperationException e) when (e.Response.StatusCode == HttpStatusCode.Conflict)
            {
                conflicts++;
                throw;
            }
        };
        await host.StartAsync();
        await client.CreateAsync(Named("a"));

        _ = await Eventually.GetAsync(() => client.GetAsync<Widget>("a", _namespace), w => w?.Status?.Phase == "saw blue");
        Assert.Equal(1, conflicts);
        await host.StopAsync();
    }

    [Fact]
    [Trait("StandIn", "only")]
    public async Task An_object_that_is_made_again_at_once_is_reconciled()
    {
        using var host = Build(it => it.WithAutoAttachFinalizers(false));
        var (script, client) = Parts(host);
        await host.StartAsync();
        var first = await client.CreateAsync(Named("a"));
        _ = await script.NextAsync("a");

        await client.DeleteAsync(first);
        var second = await client.CreateAsync(Named("a"));
        Call call;
        do
        {
            call = await script.NextAsync("a");
        }
        while (call.Asked != Asked.Reconcile || call.Widget.Uid() != second.Uid());

        Assert.NotEqual(first.Uid(), second.Uid());
        await host.StopAsync();
    }

    [SandboxFact("watches are ended and history is forgotten by its switches")]
    public async Task A_lost_watch_and_a_forgotten_history_lose_nothing()
    {
        using var host = Build();
        var (script, client) = Parts(host);
        await host.StartAsync();
        await client.CreateAsync(Named("a"));
        _ = await script.NextAsync("a");

        await operators.Cluster.ForgetHistoryAsync();
        await operators.Cluster.EndWatchesAsync();
        await client.CreateAsync(Named("b"));
        Assert.Equal("b", (await script.NextAsync("b")).Widget.Name());
        await host.StopAsync();
    }

    [SandboxFact("the refusals are faults that it injects")]
    public async Task A_watch_that_is_answered_with_410_or_an_error_is_opened_again()
    {
        operators.Cluster.SandboxContext.Faults.Add(new FaultRule { Match = $"^GET .*{_namespace}/widgets.*watch=true", Status = 410, Code = "Expired", Times = 1 });
        operators.Cluster.SandboxContext.Faults.Add(new FaultRule { Match = $"^GET .*{_namespace}/widgets.*watch=true", Status = 503, Code = "ServiceUnavailable", Times = 1 });
        using var host = Build();
        var (script, client) = Parts(host);
        await host.StartAsync();
        await client.CreateAsync(Named("a"));
        Assert.Equal("a", (await script.NextAsync("a")).Widget.Name());
        await host.StopAsync();
    }

    [Fact]
    public async Task What_is_not_there_is_null_and_selectors_are_sent()
    {
        using var client = new KubernetesClient(operators.Cluster.Configuration());
        Assert.Null(await client.GetAsync<Widget>("absent", _namespace));
        await client.DeleteAsync<Widget>("absent", _namespace);
        var labelled = Named("a");
        labelled.SetLabel("tier", "gold");
        await client.CreateAsync(labelled);
        await client.CreateAsync(Named("b"));
        Assert.Equal(["a"], (await client.ListAsync<Widget>(_namespace, labelSelector: "tier=gold")).Select(w => w.Name()));
        Assert.Equal(["b"], (await client.ListAsync<Widget>(_namespace, fieldSelector: "metadata.name=b")).Select(w => w.Name()));
    }

    private Widget Named(string name)
    {
        var widget = Widget.Named(name);
        widget.Metadata.NamespaceProperty = _namespace;
        return widget;
    }

    private static (Script Script, IKubernetesClient Client) Parts(IHost host) =>
        (host.Services.GetRequiredService<Script>(), host.Services.GetRequiredService<IKubernetesClient>());

    private IHost Build(Action<OperatorSettingsBuilder>? settings = null)
    {
        var configuration = operators.Cluster.Configuration();
        configuration.Namespace = _namespace;
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services
            .AddLogging()
            .AddSingleton(configuration)
            .AddSingleton<Script>()
            .AddKubernetesOperator(it =>
            {
                _ = it.WithName("widget-operator").WithNamespace(_namespace);
                settings?.Invoke(it);
            })
            .AddController<WidgetController, Widget>()
            .AddFinalizer<WidgetFinalizer, Widget>(WidgetFinalizer.Identifier);
        return builder.Build();
    }
}
