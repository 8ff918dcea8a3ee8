using System.Diagnostics.Metrics;
using KubeOps.Abstractions.Builder;
using KubeOps.Abstractions.Reconciliation;
using KubeOps.Abstractions.Reconciliation.Queue;
using KubeOps.KubernetesClient;
using KubeOps.Operator;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace GovernedFinetune.Compat.Tests.Operators.Fakes;

/// <summary>An operator for widgets in its own host against a server of its own.</summary>
internal sealed class OperatorUnderTest : IAsyncDisposable
{
    private readonly IHost _host;
    private int _settlers;

    private OperatorUnderTest(IHost host, FakeApiServer server)
    {
        _host = host;
        Server = server;
        Meter = new OperatorMeter(host.Services.GetRequiredService<IMeterFactory>());
    }

    public FakeApiServer Server { get; }

    public OperatorMeter Meter { get; }

    public IServiceProvider Services => _host.Services;

    public IKubernetesClient Client => Services.GetRequiredService<IKubernetesClient>();

    public Script Script => Services.GetRequiredService<Script>();

    public static async Task<OperatorUnderTest> StartAsync(
        Action<OperatorSettingsBuilder>? settings = null,
        Action<IOperatorBuilder>? parts = null,
        Action<IServiceCollection>? services = null,
        Action<FakeApiServer>? prepare = null)
    {
        var server = await FakeApiServer.StartAsync();
        prepare?.Invoke(server);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddLogging();
        builder.Services.AddSingleton(server.Configuration());
        builder.Services.AddSingleton<Script>();
        services?.Invoke(builder.Services);
        var kubeOps = builder.Services.AddKubernetesOperator(it =>
        {
            it.Name = "widget-operator";

            // One at a time, so that the order of calls tells the order of entries; and quick retries.
            it.ParallelReconciliation.MaxParallelReconciliations = 1;
            it.ParallelReconciliation.ErrorBackoffBase = TimeSpan.FromMilliseconds(1);
            settings?.Invoke(it);
        });
        if (parts is null)
        {
            kubeOps.AddController<WidgetController, Widget>();
        }
        else
        {
            parts(kubeOps);
        }

        builder.Services.AddMetrics();
        var widgets = new OperatorUnderTest(builder.Build(), server);
        await widgets._host.StartAsync();
        return widgets;
    }

    public Task<Widget> CreateAsync(string name, string color = "red") => Client.CreateAsync(Widget.Named(name, color));

    public async Task<Widget> ReadAsync(string name) =>
        await Client.GetAsync<Widget>(name, "default") ?? throw new InvalidOperationException($"No widget {name}.");

    public async Task<Widget> ChangeAsync(string name, Action<Widget> change)
    {
        var widget = await ReadAsync(name);
        change(widget);
        return await Client.UpdateAsync(widget);
    }

    public Task<bool> QueueAsync(
        Widget widget,
        TimeSpan delay,
        int retryCount = 0,
        CancellationToken cancellationToken = default) =>
        Services.GetRequiredService<EntityQueue<Widget>>()(
            widget,
            ReconciliationType.Modified,
            ReconciliationTriggerSource.Operator,
            queueIn: delay,
            retryCount: retryCount,
            cancellationToken);

    /// <summary>
    /// What was asked of the operator's code until everything that was due has been dealt with: two objects are made one
    /// after the other, and each comes up only after all that was ready before it.
    /// </summary>
    public async Task<IReadOnlyList<Call>> SettleAsync()
    {
        var calls = new List<Call>();
        for (var round = 0; round < 2; round++)
        {
            var name = $"settler-{_settlers++}";
            await CreateAsync(name);
            Call call;
            while ((call = await Script.NextAsync()).Widget.Metadata.Name != name)
            {
                calls.Add(call);
            }
        }

        return calls;
    }

    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }

        Meter.Dispose();
        await Server.DisposeAsync();
    }
}
