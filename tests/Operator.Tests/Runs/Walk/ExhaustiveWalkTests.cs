using System.Diagnostics;
using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Runs;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Runs.Stages;
using GovernedFinetune.Operator.Status;
using GovernedFinetune.Operator.Tests.Fakes;
using Xunit.Abstractions;

namespace GovernedFinetune.Operator.Tests.Runs.Walk;

/// <summary>
/// Breadth first over every state that a run can reach: jobs end in every way, people suspend, resume and delete, the grant
/// is lost and found, and the operator is killed at every call. The rules hold in each state, and from each there is a
/// way to an end.
/// </summary>
public class ExhaustiveWalkTests(ITestOutputHelper output)
{
    private const int RetryLimit = 1;

    [Theory]
    [InlineData(RevocationPolicy.Stop)]
    [InlineData(RevocationPolicy.Finish)]
    public async Task Every_reachable_state_keeps_the_rules_and_none_is_a_dead_end(RevocationPolicy policy)
    {
        var time = Stopwatch.StartNew();
        var graph = new Graph();
        var queue = new Queue<Node>();
        var first = new Node(Samples.Run(spec => spec.Retry.Limit = RetryLimit), GrantMode.Good, Samples.Cloud, Samples.Start);
        graph.Add(first);
        queue.Enqueue(first);
        var steps = 0;
        while (queue.TryDequeue(out var node))
        {
            foreach (var (name, after) in await graph.ExploreAsync(node, () => FromAsync(node, policy)))
            {
                steps++;
                if (graph.Link(node, name, after))
                {
                    queue.Enqueue(after);
                }
            }
        }

        graph.ExpectAWayToAnEnd();
        var phases = graph.Nodes.Select(n => n.Status.Phase).Distinct().Count();
        var summary = FormattableString.Invariant(
            $"onRevocation {policy}: {graph.Nodes.Count} states, {steps} steps, {phases} phases in {time.Elapsed.TotalSeconds:0.0} s");
        output.WriteLine(summary);
        Console.WriteLine(summary);
        Assert.InRange(graph.Nodes.Count, 500, int.MaxValue);
        Assert.Equal(Enum.GetValues<FineTuneRunPhase>().Except([FineTuneRunPhase.Pending]), graph.Nodes.Select(n => n.Status.Phase).OfType<FineTuneRunPhase>().Distinct().Order());
    }

    private static async Task<IReadOnlyList<(string Name, Node After)>> FromAsync(Node node, RevocationPolicy policy)
    {
        if (node.HasEnded)
        {
            await ExpectAbsorbingAsync(node, policy);
            return [];
        }

        var next = new List<(string, Node)>(Moves.Of(node));
        if (node.Wake is { } wake)
        {
            next.AddRange(await WakeAsync(Later(node, wake), "", policy));
            if (node is { Status: { Phase: FineTuneRunPhase.Preprocessing, Preprocessing.JobRunId: null }, Killed: false })
            {
                // Whether the intent has grown old matters as long as the job's id is not known.
                next.AddRange(await WakeAsync(node with { Now = node.Now.AddMinutes(15) }, " 15 minutes later", policy));
            }

            if (wake > TimeSpan.Zero)
            {
                var (late, _) = await Step.ReconcileAsync(node with { Now = node.Now.AddDays(40) }, policy);
                Check(late);
                next.Add(("reconcile 40 days later", late));
            }

        }

        foreach (var (name, after) in next)
        {
            Expect(after.Cloud.PrepareJobs.GroupBy(j => j.Request.Name).All(g => g.Count() == 1), $"{name}: two preparation jobs of one attempt");
            Expect(after.Cloud.ModelVersions.Count <= 1, $"{name}: two model versions of one run");
            Expect((after.Status.Retries ?? 0) <= RetryLimit, $"{name}: more retries than spec.retry.limit allows");
            Expect((after.Status.Attempt ?? 1) <= 1 + (after.Status.Retries ?? 0) + after.Suspensions, $"{name}: an attempt that is neither a retry nor follows a suspension");
        }

        return next;
    }

    /// <summary>Reconciles undisturbed, and killed at every call.</summary>
    private static async Task<IReadOnlyList<(string Name, Node After)>> WakeAsync(Node awake, string when, RevocationPolicy policy)
    {
        var (after, calls) = await Step.ReconcileAsync(awake, policy);
        Check(after);
        for (var again = 0; again < 10 && after.Wake is { } wake && after.Key() == awake.Key(); again++)
        {
            // Nothing but time has passed, and too little of it to tell: the same state would not be walked from again.
            (after, _) = await Step.ReconcileAsync(Later(after, wake), policy);
            Check(after);
        }

        var next = new List<(string, Node)> { ($"reconcile{when}", after) };
        for (var call = 0; call < calls.Count && !awake.Killed; call++)
        {
            // A kill before a call leaves what a kill after the last change left; so one kill a change is every kill.
            if (!Step.IsRead(calls[call]))
            {
                next.Add(($"killed{when} after {calls[call]}", await Step.KilledAsync(awake, policy, call)));
            }
        }

        return next;
    }

    private static void Check(Node after)
    {
        var status = after.Status;
        Expect(after.HasEnded || after.Wake is not null, $"{status.Phase} rests and nothing wakes it");
        Expect(
            after.Cloud.PrepareJobs.All(j => j.State.IsTerminal() || j.Request.Name == RunNames.Job(Seen.Id, StageNames.Prepare, status.Attempt ?? 1))
            && after.Cloud.TrainingJobs.All(j => j.State.IsTerminal() || j.Request.Name == status.Training?.JobName),
            $"{status.Phase}: a job of an earlier attempt still runs");
        if (after.HasEnded || status.Phase is FineTuneRunPhase.Suspended)
        {
            Expect(!after.Cloud.AnythingRuns, $"{status.Phase}, and a job still runs");
        }

        Expect(
            !(after.Cloud.PrepareJobs.Any(j => j.State is JobState.Unknown) && Conditions.IsTrue(status.Conditions, ConditionTypes.DatasetPrepared))
            && !(after.Cloud.TrainingJobs.Any(j => j.State is JobState.Unknown) && Conditions.IsTrue(status.Conditions, ConditionTypes.ModelTrained)),
            "a job in a state that nobody knows has passed");
        var unknown = Words.Emr(JobState.Unknown);
        if ((status.Phase is FineTuneRunPhase.Preprocessing && status.Preprocessing!.State == unknown)
            || (status.Phase is FineTuneRunPhase.Training && status.Training!.State == unknown))
        {
            Expect(
                Conditions.Find(status.Conditions, ConditionTypes.Stalled) is { Reason: Reasons.UnknownCloudState },
                "the run has seen a state that nobody knows, and does not stall");
        }

        if (Conditions.Find(status.Conditions, ConditionTypes.Ready) is { Reason: Reasons.JobStopped })
        {
            Expect(after.Meddled, "a job that the operator stopped is blamed on somebody else");
        }

        if (status.Phase is FineTuneRunPhase.Succeeded)
        {
            Expect(
                after.Cloud is { ModelVersions: [{ State: ModelVersionState.Ready }], Edges.Count: 4 },
                "succeeded without a ready version and its lineage");
        }
    }

    private static async Task ExpectAbsorbingAsync(Node node, RevocationPolicy policy)
    {
        if (node.Released)
        {
            return;
        }

        var (after, calls) = await Step.ReconcileAsync(node with { Now = node.Now.AddDays(1) }, policy);
        Expect(calls.Count == 0 && after.Wake is null && ReferenceEquals(after.Run, node.Run), $"{node.Status.Phase} is an end, and something happens after it");
    }

    private static Node Later(Node node, TimeSpan wake) => node with { Now = node.Now + Max(wake, TimeSpan.FromSeconds(1)) };

    private static void Expect(bool kept, string rule) => Assert.True(kept, rule);

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    /// <summary>The states that were met, and the way to each.</summary>
    private sealed class Graph
    {
        private readonly Dictionary<string, (Node Node, string? From, string Move)> _met = new(StringComparer.Ordinal);
        private readonly Dictionary<string, HashSet<string>> _before = new(StringComparer.Ordinal);

        public IReadOnlyList<Node> Nodes => [.. _met.Values.Select(m => m.Node)];

        public void Add(Node node) => _met.Add(node.Key(), (node, null, ""));

        /// <summary>Takes the steps from a state; a rule that is broken is told with the way there.</summary>
        public async Task<IReadOnlyList<(string Name, Node After)>> ExploreAsync(Node node, Func<Task<IReadOnlyList<(string Name, Node After)>>> steps)
        {
            try
            {
                return await steps();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{e.Message}{Environment.NewLine}on the way {Way(node.Key())}{Environment.NewLine}at {node.Key()}", e);
            }
        }

        /// <returns>Whether the state is new.</returns>
        public bool Link(Node from, string move, Node to)
        {
            var (a, b) = (from.Key(), to.Key());
            if (!_before.TryGetValue(b, out var sources))
            {
                _before[b] = sources = new HashSet<string>(StringComparer.Ordinal);
            }

            _ = sources.Add(a);
            return _met.TryAdd(b, (to, a, move));
        }

        public void ExpectAWayToAnEnd()
        {
            var good = new HashSet<string>(_met.Where(m => m.Value.Node.HasEnded).Select(m => m.Key), StringComparer.Ordinal);
            var queue = new Queue<string>(good);
            while (queue.TryDequeue(out var key))
            {
                foreach (var source in _before.GetValueOrDefault(key, []).Where(good.Add))
                {
                    queue.Enqueue(source);
                }
            }

            var lost = _met.Keys.FirstOrDefault(k => !good.Contains(k));
            Assert.True(lost is null, lost is null ? "" : $"A dead end: {lost}{Environment.NewLine}{Way(lost)}");
        }

        private string Way(string key)
        {
            var moves = new List<string>();
            for (string? at = key; at is not null; at = _met[at].From)
            {
                moves.Insert(0, _met[at].Move);
            }

            return string.Join(" -> ", moves);
        }
    }
}
