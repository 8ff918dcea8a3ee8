using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Audit;
using GovernedFinetune.Operator.Kubernetes;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs;
using GovernedFinetune.Operator.Runs.Halting;
using GovernedFinetune.Operator.Runs.Observing;
using GovernedFinetune.Operator.Runs.Stages.Authorize;
using GovernedFinetune.Operator.Runs.Stages.Preprocess;
using GovernedFinetune.Operator.Runs.Stages.RecordLineage;
using GovernedFinetune.Operator.Runs.Stages.Register;
using GovernedFinetune.Operator.Runs.Stages.Train;
using KubeOps.Abstractions.Events;
using KubeOps.Abstractions.Reconciliation;
using Microsoft.Extensions.Logging.Abstractions;

namespace GovernedFinetune.Operator.Tests.Fakes;

/// <summary>
/// One life of the operator's process: the real controller and finalizer over the fakes. What is killed never runs on,
/// not even its error handling: its token is cancelled, which is how the code knows that it must stop.
/// </summary>
internal sealed class OperatorProcess : IDisposable
{
    private readonly CancellationTokenSource _life = new();
    private readonly KubeOps.KubernetesClient.KubernetesClient _client;

    public OperatorProcess(FakeCloud cloud, FakeApiServer api, TimeProvider clock, Action<string, string> events, ProfileSet? profiles = null, LabelSelector? selector = null)
    {
        selector ??= LabelSelector.Everything;
        _client = api.Client();
        profiles ??= new ProfileSet([Samples.Profile]);
        EventPublisher publish = async (_, reason, message, _, _) =>
        {
            try
            {
                _ = await cloud.Calls.MakeAsync($"k8s:Event {reason}", () =>
                {
                    events(reason, message);
                    return true;
                });
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // KubeOps logs an event that cannot be written, and goes on.
            }
        };
        var parts = new RunParts(clock);
        var store = new RunStore(new StatusWriter(_client), publish, NullLogger<RunStore>.Instance);
        var scopes = new RunScopeFactory(_client, profiles, cloud);
        Watched = new JobWatchList();
        Controller = new FineTuneRunController(
            _client, scopes, parts.Reconciler, store, parts.Failures, Watched, new Successors<FineTuneRun>(_client, Queue), profiles, selector, clock, NullLogger<FineTuneRunController>.Instance);
        Finalizer = new FineTuneRunFinalizer(
            scopes, parts.Halter, parts.Audit, store, parts.Failures, Watched, selector, clock, NullLogger<FineTuneRunFinalizer>.Instance);
    }

    /// <summary>What was queued.</summary>
    public List<FineTuneRun> Queued { get; } = [];

    public FineTuneRunController Controller { get; }

    public FineTuneRunFinalizer Finalizer { get; }

    public JobWatchList Watched { get; }

    public CancellationToken Life => _life.Token;

    public OperationCanceledException Kill()
    {
        _life.Cancel();
        return new OperationCanceledException("killed", _life.Token);
    }

    private Task<bool> Queue(
        FineTuneRun run, ReconciliationType type, ReconciliationTriggerSource source, TimeSpan queueIn, int retryCount, CancellationToken cancellationToken)
    {
        Assert.Equal((ReconciliationType.Modified, ReconciliationTriggerSource.Operator, TimeSpan.Zero), (type, source, queueIn));
        Queued.Add(run);
        return Task.FromResult(true);
    }

    public void Dispose()
    {
        _client.Dispose();
        _life.Dispose();
    }
}

/// <summary>The parts of the state machine, put together as the composition root does.</summary>
internal sealed class RunParts
{
    public RunParts(TimeProvider clock)
    {
        Audit = new AuditTrail("test-operator");
        Halter = new JobHalter(Audit);
        var stops = new RunStops(Halter, Audit);
        Failures = new RunFailures(stops, clock, NullLogger<RunFailures>.Instance);
        Reconciler = new RunReconciler(
            [new AuthorizeStage(), new PreprocessStage(), new TrainStage(), new RegisterStage(), new RecordLineageStage()], stops, Audit, clock);
    }

    public AuditTrail Audit { get; }

    public JobHalter Halter { get; }

    public RunFailures Failures { get; }

    public RunReconciler Reconciler { get; }
}
