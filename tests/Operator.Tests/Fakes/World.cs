using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs;
using GovernedFinetune.Operator.Runs.Ports;
using Microsoft.Extensions.Time.Testing;

namespace GovernedFinetune.Operator.Tests.Fakes;

/// <summary>How a job ends.</summary>
internal sealed record Outcome(JobState State, string? Details = null, bool Ours = false);

/// <summary>
/// A cluster, a cloud and an operator between them, in steps: the operator reconciles once, then time passes, jobs move
/// and the steward's grant is checked again. A killed operator is started again with nothing but what was stored.
/// </summary>
internal sealed class World : IDisposable
{
    private const int MaxSteps = 300;
    private readonly List<(Func<World, bool> When, Action<World> Then)> _reactions = [];

    /// <summary>Rules that were broken inside a call of the operator, which would take the exception for a service's.</summary>
    private readonly List<Exception> _broken = [];
    private readonly ProfileSet _profiles;
    private OperatorProcess _process;

    public World(FineTuneRun? run = null, ProfileSet? profiles = null)
    {
        _profiles = profiles ?? new ProfileSet([Samples.Profile]);
        Cloud = new FakeCloud(Clock, Samples.Cloud);
        Api = new FakeApiServer(Cloud.Calls) { StatusStored = Keep };
        Cloud.BeforeGovernedEffect = Govern;
        Api.Put(run ?? Samples.Run());
        Api.Put(Samples.Checked(Clock.GetUtcNow()));
        _process = Start();
    }

    public FakeTimeProvider Clock { get; } = new(Samples.Start);

    public FakeCloud Cloud { get; }

    public FakeApiServer Api { get; }

    /// <summary>Every status that was stored, in order.</summary>
    public List<FineTuneRunStatus> Stored { get; } = [];

    public List<(string Reason, string Message)> Events { get; } = [];

    public Func<int, Outcome> PrepareOutcome { get; set; } = _ => new Outcome(JobState.Succeeded);

    public Func<int, Outcome> TrainOutcome { get; set; } = _ => new Outcome(JobState.Succeeded);

    /// <summary>Whether the grant is checked in time, as a living grant controller does.</summary>
    public bool GrantIsKeptFresh { get; set; } = true;

    public int Restarts { get; private set; }

    /// <summary>What the last failed reconciliation said.</summary>
    public Exception? LastError { get; private set; }

    public FineTuneRun? Run => Api.Find<FineTuneRun>("credit-risk", "risk-summariser");

    public FineTuneRunStatus Status => Run!.Status;

    public DatasetGrant? Grant => Api.Find<DatasetGrant>("credit-risk", "risk-factors");

    /// <summary>The process that lives now.</summary>
    public OperatorProcess Process => _process;

    public void Dispose() => _process.Dispose();

    /// <summary>Reactions happen once each, in order, between two steps.</summary>
    public World When(Func<World, bool> condition, Action<World> then)
    {
        _reactions.Add((condition, then));
        return this;
    }

    /// <summary>Kills the operator at one call.</summary>
    public World CrashAt(int call, FaultPoint point)
    {
        Cloud.Calls.Fault = new Fault((index, _) => index == call, point, _ => _process.Kill());
        return this;
    }

    public void Edit(Action<FineTuneRun> change)
    {
        var run = Run!;
        change(run);
        run.Metadata.Generation++;
        Api.Put(run);
    }

    public void Delete()
    {
        var run = Run!;
        run.Metadata.DeletionTimestamp = Clock.GetUtcNow().UtcDateTime;
        run.Metadata.Generation++;
        Api.Put(run);
    }

    /// <summary>Goes on until the run has ended, or is gone.</summary>
    public async Task<World> ToEndAsync()
    {
        for (var step = 0; step < MaxSteps; step++)
        {
            var wake = await StepAsync();
            if (Run is null || (wake is null && RunSummary.IsTerminal(Status.Phase) && _reactions.Count == 0))
            {
                return this;
            }

            Assert.True(wake is not null || RunSummary.IsTerminal(Status.Phase), $"The run rests in {Status.Phase} and nothing will wake it.");
            Pass(wake ?? TimeSpan.FromMinutes(1));
        }

        throw new InvalidOperationException($"The run is still {Status.Phase} after {MaxSteps} steps: {Status.Conditions?.FirstOrDefault(c => c.Type == "Ready")?.Message}", LastError);
    }

    /// <summary>Goes on until something is so.</summary>
    public async Task<World> UntilAsync(Func<World, bool> condition)
    {
        for (var step = 0; !condition(this); step++)
        {
            Assert.True(step < MaxSteps, $"It is still not so after {MaxSteps} steps; the run is {Run?.Status?.Phase}.");
            Pass(await StepAsync() ?? TimeSpan.FromMinutes(1));
        }

        return this;
    }

    /// <summary>One reconciliation in which one call goes wrong.</summary>
    public async Task<TimeSpan?> StepAsync(Func<Exception> error, string call, FaultPoint point)
    {
        Cloud.Calls.Fault = new Fault((_, name) => name.StartsWith(call, StringComparison.Ordinal), point, _ => error());
        try
        {
            return await StepAsync();
        }
        finally
        {
            Cloud.Calls.Fault = null;
        }
    }

    /// <summary>One reconciliation, or one call of the finalizer.</summary>
    /// <returns>When the operator wants to look again.</returns>
    public async Task<TimeSpan?> StepAsync()
    {
        var run = Run!;
        var deleting = run.Metadata.DeletionTimestamp is not null;
        var result = deleting
            ? await _process.Finalizer.FinalizeAsync(run, _process.Life)
            : await _process.Controller.ReconcileAsync(run, _process.Life);
        LastError = result.Error ?? LastError;
        if (_broken.Count > 0)
        {
            throw new InvalidOperationException($"{_broken[0].Message} ({string.Join(", ", Cloud.Calls.Made.TakeLast(3))})", _broken[0]);
        }

        if (_process.Life.IsCancellationRequested)
        {
            _process.Dispose();
            _process = Start();
            Restarts++;
            return TimeSpan.FromSeconds(1);
        }

        if (deleting && result.IsSuccess)
        {
            Api.Remove<FineTuneRun>("credit-risk", "risk-summariser");
        }

        return result.RequeueAfter;
    }

    /// <summary>Time passes, at most until the operator looks again; jobs move; people and the grant controller act.</summary>
    public void Pass(TimeSpan wake)
    {
        var most = TimeSpan.FromSeconds(20);
        Clock.Advance(wake < most ? wake : most);
        MoveJobs();
        if (GrantIsKeptFresh && Grant?.Status.Phase is DatasetGrantPhase.Granted)
        {
            Api.Put(Samples.Checked(Clock.GetUtcNow(), granted: true, spec => spec.OnRevocation = Grant.Spec.OnRevocation));
        }

        if (_reactions.Count > 0 && Run is not null && _reactions[0].When(this))
        {
            var then = _reactions[0].Then;
            _reactions.RemoveAt(0);
            then(this);
        }
    }

    private void MoveJobs()
    {
        foreach (var job in Cloud.State.PrepareJobs.Where(j => !j.State.IsTerminal()))
        {
            var outcome = Next(job.State, PrepareOutcome(Attempt(job.Request.Tags)));
            Cloud.State = JobWork.Reach(Cloud.State, job, outcome.State, outcome.Details, outcome.Ours);
        }

        foreach (var job in Cloud.State.TrainingJobs.Where(j => !j.State.IsTerminal()))
        {
            var outcome = Next(job.State, TrainOutcome(Attempt(job.Request.Tags)));
            Cloud.State = JobWork.Reach(Cloud.State, job, outcome.State, outcome.Details, outcome.Ours);
        }
    }

    private static Outcome Next(JobState state, Outcome outcome) => state switch
    {
        JobState.Pending => new Outcome(JobState.Running),
        JobState.Stopping => new Outcome(JobState.Stopped),
        _ => outcome,
    };

    private static int Attempt(IReadOnlyDictionary<string, string> tags) =>
        int.Parse(tags["governedfinetune.io/attempt"], System.Globalization.CultureInfo.InvariantCulture);

    private OperatorProcess Start() => new(Cloud, Api, Clock, (reason, message) => Events.Add((reason, message)), _profiles);

    private void Keep(FineTuneRun before, FineTuneRun after)
    {
        Demand(() => KStatus.Check(after, before.Status ?? new FineTuneRunStatus(), after.Status, Clock.GetUtcNow()));
        Stored.Add(after.Status);
    }

    private void Demand(Action rule)
    {
        try
        {
            rule();
        }
        catch (Exception e)
        {
            _broken.Add(e);
        }
    }

    /// <summary>Invariant I1: at the moment of an effect the grant allows it, and the audit record already tells of it.</summary>
    private void Govern(string effect) => Demand(() =>
    {
        var (run, grant) = (Run!, Grant);
        var verdict = GrantGate.Judge(RunIdentity.Of(run), run.Spec, Samples.Profile, grant, Clock.GetUtcNow());
        Assert.True(verdict is GrantVerdict.Allowed, $"{effect} was called while the grant said {verdict}.");
        var line = AuditFiles.Lines(Cloud.State).LastOrDefault(l => l.Kind is AuditKind.Effect);
        Assert.True(line is not null, $"{effect} was called before its audit line was written.");
        Assert.Equal(grant!.Status.Digest, line.Grant?.Digest);
    });
}
