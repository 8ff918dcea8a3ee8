using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Kubernetes;
using GovernedFinetune.Operator.Runs;
using GovernedFinetune.Operator.Runs.Halting;
using GovernedFinetune.Operator.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace GovernedFinetune.Operator.Tests.Runs.Walk;

/// <summary>
/// One reconciliation by an operator that has just been started: the loop of the controller, and the finalizer's halt, over
/// the real <see cref="RunReconciler"/>. It stores where a <see cref="PassOutcome"/> says so and nowhere else, so a kill
/// loses exactly what production would lose.
/// </summary>
internal static class Step
{
    private const int MaxPasses = 24;
    private static readonly string[] Reads = [":Get", ":Pin", ":Find", ":Describe", ":List"];

    /// <summary>Reconciles.</summary>
    /// <returns>What is there afterwards, and the calls that it took.</returns>
    public static Task<(Node After, IReadOnlyList<string> Calls)> ReconcileAsync(Node node, RevocationPolicy policy) => RunAsync(node, policy, null);

    /// <summary>Whether a call only reads.</summary>
    public static bool IsRead(string call) => Reads.Any(r => call.Contains(r, StringComparison.Ordinal));

    /// <summary>Reconciles, and is killed when one call has had its effect.</summary>
    public static async Task<Node> KilledAsync(Node node, RevocationPolicy policy, int call)
    {
        using var life = new CancellationTokenSource();
        var (after, _) = await RunAsync(node, policy, new Fault((index, _) => index == call, FaultPoint.AnswerLost, _ =>
        {
            life.Cancel();
            return new OperationCanceledException(life.Token);
        }), life.Token);
        Assert.True(life.IsCancellationRequested, $"Call {call} was never made.");
        return after with { Killed = true, Wake = TimeSpan.FromSeconds(1) };
    }

    private static async Task<(Node After, IReadOnlyList<string> Calls)> RunAsync(Node node, RevocationPolicy policy, Fault? fault, CancellationToken life = default)
    {
        var clock = new FakeTimeProvider(node.Now);
        var cloud = new FakeCloud(clock, node.Cloud);
        cloud.Calls.Fault = fault;
        var grant = Grant(node.Grant, node.Now, policy);
        var desk = new Desk(cloud, node.Run, grant);
        cloud.BeforeGovernedEffect = effect => desk.Demand(
            GrantGate.Judge(Seen.Id, node.Run.Spec, Samples.Profile, grant, node.Now) is GrantVerdict.Allowed, $"{effect} was called without a grant that allows it");

        TimeSpan? wake = null;
        var released = false;
        try
        {
            var parts = new RunParts(clock);
            if (node.Deleting)
            {
                (released, wake) = await HaltAsync(parts, desk, life);
            }
            else
            {
                wake = await ReconcileAsync(parts, desk, life);
            }
        }
        catch (OperationCanceledException) when (life.IsCancellationRequested)
        {
            // Killed: only what was stored is left.
        }

        desk.ThrowIfBroken();
        return (node with { Run = desk.Run, Cloud = cloud.State, Wake = wake, Released = released }, cloud.Calls.Made);
    }

    private static async Task<TimeSpan?> ReconcileAsync(RunParts parts, Desk desk, CancellationToken life)
    {
        var scope = desk.Open();
        for (var pass = 0; pass < MaxPasses; pass++)
        {
            var outcome = await PassAsync(parts, scope, life);
            if (outcome is PassOutcome.GoOn)
            {
                continue;
            }

            scope = await desk.StoreAsync(scope);
            if (outcome is PassOutcome.Rest rest)
            {
                return rest.After;
            }
        }

        throw new InvalidOperationException($"The run does not come to rest: {scope.Status.Phase}.");
    }

    private static async Task<PassOutcome> PassAsync(RunParts parts, RunScope scope, CancellationToken life)
    {
        try
        {
            return await parts.Reconciler.PassAsync(scope, life);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return await parts.Failures.AnswerAsync(scope, e, life);
        }
    }

    private static async Task<(bool Released, TimeSpan? Wake)> HaltAsync(RunParts parts, Desk desk, CancellationToken life)
    {
        var scope = desk.Open();
        RunSummary.Observed(scope.Run, scope.Status);
        if (RunSummary.IsTerminal(scope.Status.Phase) || await parts.Halter.HaltAsync(scope, desk.Now, life) is not Halt.UnderWay)
        {
            return (true, null);
        }

        RunSummary.Stopping(scope.Run, scope.Status, "Stopping", "The run is being deleted.", desk.Now);
        _ = await desk.StoreAsync(scope);
        return (false, TimeSpan.FromSeconds(20));
    }

    private static DatasetGrant? Grant(GrantMode mode, DateTimeOffset now, RevocationPolicy policy) => mode switch
    {
        GrantMode.Good => Samples.Checked(now, granted: true, s => s.OnRevocation = policy),
        GrantMode.Denied => Samples.Checked(now, granted: false, s => s.OnRevocation = policy),
        GrantMode.Stale => Samples.Checked(now.AddHours(-1), granted: true, s => s.OnRevocation = policy),
        _ => null,
    };

    /// <summary>The stored run, and the rules that every stored status keeps.</summary>
    private sealed class Desk(FakeCloud cloud, FineTuneRun run, DatasetGrant? grant)
    {
        private Exception? _broken;

        public FineTuneRun Run { get; private set; } = run;

        public DateTimeOffset Now => cloud.Clock.GetUtcNow();

        public RunScope Open() => new(Run, StatusPatch.Copy(Run.Status), Samples.Profile, cloud.Services, grant);

        public async Task<RunScope> StoreAsync(RunScope scope)
        {
            if (StatusPatch.Between(scope.Run.Status, scope.Status) is not null)
            {
                _ = await cloud.Calls.MakeAsync("k8s:PatchStatus", () => Keep(scope.Status));
            }

            return Open();
        }

        public void Demand(bool kept, string rule)
        {
            if (!kept)
            {
                _broken ??= new InvalidOperationException(rule);
            }
        }

        public void ThrowIfBroken()
        {
            if (_broken is not null)
            {
                throw _broken;
            }
        }

        private bool Keep(FineTuneRunStatus status)
        {
            try
            {
                KStatus.Check(Run, Run.Status, status, Now);
            }
            catch (Exception e)
            {
                _broken ??= e;
            }

            Run = new FineTuneRun { Metadata = Run.Metadata, Spec = Run.Spec, Status = StatusPatch.Copy(status) };
            return true;
        }
    }
}
