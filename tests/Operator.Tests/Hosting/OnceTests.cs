using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Hosting;
using GovernedFinetune.Operator.Leadership;
using GovernedFinetune.Operator.Runs;
using GovernedFinetune.Operator.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace GovernedFinetune.Operator.Tests.Hosting;

/// <summary>One look at every object, with the lease of a replica.</summary>
public sealed class OnceTests : IAsyncDisposable
{
    private const string Another = """{"holderIdentity":"pod_2","leaseDurationSeconds":12,"acquireTime":"2026-11-24T09:00:00.000001Z","renewTime":"2026-11-24T09:00:00.000001Z"}""";
    private readonly FakeTimeProvider _clock = new(Samples.Start);
    private readonly FakeCloud _cloud;
    private readonly FakeApiServer _api;
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private readonly ComposedOperator _operator;

    public OnceTests()
    {
        _cloud = new FakeCloud(_clock, Samples.Cloud);
        _api = new FakeApiServer(_cloud.Calls);
        _operator = new ComposedOperator(_api, _cloud, _clock, o => o with { LeaderElection = new LeaderElectionOptions() });
        _api.Put(Samples.Grant());
    }

    public async ValueTask DisposeAsync()
    {
        await _operator.DisposeAsync();
        await _output.DisposeAsync();
        await _error.DisposeAsync();
    }

    private string[] Lines => _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private Task<int> RunAsync(CancellationToken cancellationToken = default) => OnceHost.RunAsync(_operator.Services, _output, _error, cancellationToken);

    [Fact]
    public async Task Every_grant_and_then_every_run_is_looked_at_and_the_lease_given_back()
    {
        _api.Put(Samples.Run());
        Assert.Equal(0, await RunAsync());
        Assert.Equal(3, Lines.Length);
        Assert.Equal("DatasetGrant credit-risk/risk-factors: Granted, Granted, next look in 240 s", Lines[0]);
        Assert.Matches(@"\AFineTuneRun credit-risk/risk-summariser: Preprocessing, InProgress, next look in [0-9]+ s\z", Lines[1]);
        Assert.Equal("Looked at 2 objects; 0 failed.", Lines[2]);
        Assert.Equal("", _error.ToString());
        Assert.Equal("", _api.Lease.Holder);
        Assert.False(_operator.Get<Fence>().IsOpen);
    }

    [Fact]
    public async Task While_another_replica_leads_nothing_is_looked_at_and_it_is_named()
    {
        _api.Put(Samples.Run());
        _api.Lease.Put(Another);
        var running = RunAsync();
        _clock.Advance(new LeaderElectionOptions().LongestWait);
        Assert.Equal(75, await running);
        Assert.Empty(Lines);
        Assert.Contains("pod_2 leads (lease", _error.ToString(), StringComparison.Ordinal);
        Assert.Equal("pod_2", _api.Lease.Holder);
        Assert.Empty(_cloud.Calls.Made);
    }

    [Fact]
    public async Task An_api_server_that_does_not_answer_is_said_so()
    {
        _api.Lease.Before = (_, _) => throw new HttpRequestException("Connection refused");
        var running = RunAsync();
        _clock.Advance(new LeaderElectionOptions().LongestWait);
        Assert.Equal(75, await running);
        Assert.Contains("The API server says nothing about lease", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_look_that_fails_is_told_with_its_cause_and_the_others_go_on()
    {
        _api.Put(Samples.Run());
        _cloud.Calls.Fault = new Fault((_, name) => name == "k8s:PatchStatus datasetgrants", FaultPoint.BeforeSend, _ => new HttpRequestException("Connection reset"));
        Assert.Equal(1, await RunAsync());
        Assert.StartsWith("DatasetGrant credit-risk/risk-factors: ", Lines[0], StringComparison.Ordinal);
        Assert.EndsWith(": Connection reset", Lines[0], StringComparison.Ordinal);
        Assert.StartsWith("FineTuneRun credit-risk/risk-summariser: ", Lines[1], StringComparison.Ordinal);
        Assert.Equal("Looked at 2 objects; 1 failed.", Lines[2]);
    }

    [Fact]
    public async Task A_run_that_may_go_is_let_go()
    {
        var run = Samples.Run();
        run.Status = new FineTuneRunStatus { Phase = FineTuneRunPhase.Succeeded };
        (run.Metadata.Finalizers, run.Metadata.DeletionTimestamp) = ([FineTuneRunFinalizer.Identifier], Samples.Start.UtcDateTime);
        _api.Put(run);
        Assert.Equal(0, await RunAsync());
        Assert.Empty(_api.Find<FineTuneRun>("credit-risk", "risk-summariser")!.Metadata.Finalizers ?? []);
    }

    [Fact]
    public async Task Losing_the_lease_ends_it()
    {
        _api.Put(Samples.Run());
        _cloud.Calls.Fault = new Fault(
            (_, name) =>
            {
                if (name == "k8s:Get datasetgrants")
                {
                    _api.Lease.Put(Another);
                    _operator.Get<Fence>().Close();
                }

                return false;
            },
            FaultPoint.BeforeSend,
            _ => new InvalidOperationException());
        Assert.Equal(75, await RunAsync());
        Assert.Contains("was lost at credit-risk/risk-factors", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Being_told_to_stop_gives_the_lease_back()
    {
        using var stop = new CancellationTokenSource();
        _cloud.Calls.Fault = new Fault((_, _) => stop.CancelAsync().IsFaulted, FaultPoint.BeforeSend, _ => new InvalidOperationException());
        Assert.Equal(1, await RunAsync(stop.Token));
        Assert.Contains("Stopped before every object", _error.ToString(), StringComparison.Ordinal);
        Assert.Equal("", _api.Lease.Holder);
    }
}
