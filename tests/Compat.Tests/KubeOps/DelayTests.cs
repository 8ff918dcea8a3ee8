using GovernedFinetune.Compat.Tests.Operators.Fakes;
using KubeOps.Abstractions.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace GovernedFinetune.Compat.Tests.Operators;

/// <summary>
/// How long the operator waits, measured on a clock that stands still. Upstream waits just as long, but always by the
/// machine's clock, so these cannot run there.
/// </summary>
[Trait("StandIn", "only")]
public sealed class DelayTests
{
    private readonly SteppedTime _time = new();

    [Fact]
    public async Task A_server_that_answers_errors_is_asked_after_2_4_8_16_32_and_32_seconds()
    {
        await using var widgets = await StartAsync(server =>
        {
            for (var failure = 0; failure < 6; failure++)
            {
                server.FailNext(request => request.Query.Contains("watch=true", StringComparison.Ordinal), 500);
            }
        });

        foreach (var seconds in (int[])[2, 4, 8, 16, 32, 32])
        {
            var pause = await _time.NextWaitAsync();
            Assert.InRange(pause, TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(seconds + 1));
            _time.Advance(pause);
        }

        await widgets.Server.NextWatchAsync("widgets");
    }

    [Fact]
    public async Task A_connection_that_breaks_is_opened_again_after_2_seconds_from_the_last_bookmark()
    {
        await using var widgets = await StartAsync();
        var watch = await widgets.Server.NextWatchAsync("widgets");
        var version = widgets.Server.Store.Version;
        watch.Bookmark(version);
        await widgets.Meter.NextAsync("kubeops.operator.watcher.events");
        watch.Break();

        var pause = await _time.NextWaitAsync();
        Assert.InRange(pause, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3));
        Assert.False(widgets.Server.HasUnseenWatch);
        _time.Advance(pause);
        Assert.Equal($"{version}", (await widgets.Server.NextWatchAsync("widgets")).Query["resourceVersion"]);
    }

    [Fact]
    public async Task Retries_wait_for_the_base_times_a_power_of_two()
    {
        await using var widgets = await StartAsync(settings: it => it.WithParallelReconciliation(parallel => parallel
            .WithErrorBackoffBase(TimeSpan.FromSeconds(2))
            .WithMaxErrorRetries(3)));
        widgets.Script.Answer = (_, _) => throw new InvalidOperationException("broken");
        await widgets.CreateAsync("a");
        await widgets.Meter.NextAsync("kubeops.operator.queue.enqueued");
        _time.Tick();
        await widgets.Script.NextAsync("a");

        foreach (var seconds in (int[])[2, 4, 8])
        {
            await widgets.Meter.NextAsync("kubeops.operator.queue.requeued");
            _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(100));
            Assert.Equal(1, widgets.Meter.Scheduled());
            _time.Tick();
            Assert.Equal(0, widgets.Meter.Scheduled());
            await widgets.Script.NextAsync("a");
        }
    }

    [Fact]
    public async Task A_request_for_later_waits_until_then_and_no_longer()
    {
        await using var widgets = await StartAsync();
        var widget = await widgets.CreateAsync("a");
        await widgets.Meter.NextAsync("kubeops.operator.queue.enqueued");
        _time.Tick();
        await widgets.Script.NextAsync("a");

        await widgets.QueueAsync(widget, TimeSpan.FromMinutes(5));
        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(100));
        Assert.Equal(1, widgets.Meter.Scheduled());
        _time.Tick();

        Assert.Equal(0, widgets.Meter.Scheduled());
        await widgets.Script.NextAsync("a");
    }

    private Task<OperatorUnderTest> StartAsync(
        Action<FakeApiServer>? server = null,
        Action<OperatorSettingsBuilder>? settings = null) =>
        OperatorUnderTest.StartAsync(
            settings, services: services => services.AddSingleton<TimeProvider>(_time), prepare: server);
}
