using GovernedFinetune.Compat.Tests.Operators.Fakes;
using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Hosting;
using GovernedFinetune.Operator.Kubernetes;
using GovernedFinetune.Operator.Leadership;
using GovernedFinetune.Operator.Tests.Fakes;
using GovernedFinetune.Operator.Tests.Leadership;
using Microsoft.Extensions.Logging.Abstractions;

namespace GovernedFinetune.Operator.Tests.Hosting;

/// <summary>What a watch missed, deaf or dropped, is queued once an interval, and nothing else is.</summary>
public sealed class ResyncTests : IAsyncDisposable
{
    private static readonly string[] Probe = ["k8s:List datasetgrants", "k8s:List finetuneruns"];
    private readonly SteppedTime _clock = new();
    private readonly FakeCloud _cloud;
    private readonly FakeApiServer _api;
    private readonly Fence _fence;
    private readonly List<string> _queued = [];
    private ComposedOperator? _operator;
    private Resync? _resync;

    public ResyncTests()
    {
        _clock.SetUtcNow(Samples.Start);
        _cloud = new FakeCloud(_clock, Samples.Cloud);
        _api = new FakeApiServer(_cloud.Calls);
        _fence = new Fence(new LeaderElectionOptions(), Replica.Named("me"), _clock);
        _api.Put(Samples.Checked(Samples.Start));
    }

    public async ValueTask DisposeAsync()
    {
        if (_resync is not null)
        {
            await _resync.StopAsync(CancellationToken.None);
            _resync.Dispose();
        }

        if (_operator is not null)
        {
            await _operator.DisposeAsync();
        }
    }

    private Readiness Readiness => _operator!.Get<Readiness>();

    private async Task StartAsync(string? selector = null, Fence? fence = null)
    {
        var chosen = selector is null ? LabelSelector.Everything : LabelSelector.Parse(selector);
        _operator = new ComposedOperator(_api, _cloud, _clock, o => o with { Selector = chosen, LeaderElection = new LeaderElectionOptions() });
        _resync = new Resync(
            _operator.Get<ResourceLists>(),
            (run, _, _, _, _, _) => Queue(run.Metadata.Name),
            (grant, _, _, _, _, _) => Queue(grant.Metadata.Name),
            _operator.Get<OperatorOptions>(),
            fence ?? _fence,
            Readiness,
            _clock,
            NullLogger<Resync>.Instance);
        await _resync.StartAsync(CancellationToken.None);
    }

    private Task<bool> Queue(string name)
    {
        _queued.Add(name);
        return Task.FromResult(true);
    }

    private void Lead() => _fence.Renewed(_fence.Now);

    private void PutRun(string name, Action<FineTuneRun> change)
    {
        var run = Samples.Run();
        run.Metadata.Name = name;
        run.Status = new FineTuneRunStatus { Phase = FineTuneRunPhase.Succeeded, ObservedGeneration = 1, FinishedAt = Samples.Start.UtcDateTime };
        change(run);
        _api.Put(run);
    }

    [Fact]
    public async Task A_term_begins_with_what_the_watch_tells_and_queues_nothing_beside_it()
    {
        Lead();
        await StartAsync();
        Assert.Equal(TimeSpan.FromMinutes(10), await _clock.NextWaitAsync());
        Assert.Equal(Probe, _cloud.Calls.Made);
        Assert.Empty(_queued);
        Assert.NotNull(Readiness.SinceListed);
    }

    [Fact]
    public async Task An_interval_later_everything_that_needs_looking_at_is_queued_and_finished_runs_are_not()
    {
        PutRun("active", r => r.Status.Phase = FineTuneRunPhase.Training);
        PutRun("new", r => r.Status = null!);
        PutRun("finished", _ => { });
        PutRun("edited", r => r.Metadata.Generation = 2);
        PutRun("deleted", r => r.Metadata.DeletionTimestamp = Samples.Start.UtcDateTime);
        PutRun("kept", r => r.Spec.TtlAfterFinished = "720h");
        PutRun("over", r => r.Spec.TtlAfterFinished = "5m");
        await StartAsync(fence: Replica.Unelected(_clock));
        _ = await _clock.NextWaitAsync();
        _clock.Advance(TimeSpan.FromMinutes(10));
        _ = await _clock.NextWaitAsync();
        Assert.Equal(["active", "deleted", "edited", "new", "over", "risk-factors"], _queued.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Who_stands_by_shows_that_it_could_work_and_lists_nothing_more()
    {
        await StartAsync();
        while (Readiness.SinceListed is null)
        {
            await Task.Yield();
        }

        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(Probe, _cloud.Calls.Made);
        Assert.Empty(_queued);
    }

    [Fact]
    public async Task A_list_that_fails_is_tried_again_soon()
    {
        _cloud.Calls.Fault = new Fault((_, _) => true, FaultPoint.BeforeSend, _ => new HttpRequestException("Connection refused"));
        await StartAsync();
        Assert.Equal(TimeSpan.FromSeconds(2), await _clock.NextWaitAsync());
        Assert.Null(Readiness.SinceListed);
        Assert.Contains("have not been listed", Readiness.Obstacle(), StringComparison.Ordinal);

        _cloud.Calls.Fault = null;
        Lead();
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.FromMinutes(10), await _clock.NextWaitAsync());
        Assert.NotNull(Readiness.SinceListed);
    }

    [Fact]
    public async Task Only_what_the_selector_selects_is_asked_for()
    {
        Lead();
        await StartAsync("team=risk,tier in (a,b)");
        _ = await _clock.NextWaitAsync();
        Assert.Equal(["team=risk,tier in (a,b)", "team=risk,tier in (a,b)"], _api.Selectors);
    }
}
