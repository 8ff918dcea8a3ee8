using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Tests.Fakes;

namespace GovernedFinetune.Operator.Tests.Runs;

/// <summary>
/// The operator is killed at every call boundary of whole runs, and every call fails once in every way. The figure is
/// always the same: the same end, one job an attempt, one model version, one audit line an effect, a chain that holds.
/// </summary>
public class CrashTests
{
    public static TheoryData<string> Runs => [.. Named.Keys];

    private static readonly Dictionary<string, Func<World>> Named = new()
    {
        ["happy"] = Scenarios.Happy,
        ["one retry"] = Scenarios.OneRetry,
        ["suspend and resume"] = Scenarios.SuspendAndResume,
        ["deleted in training"] = Scenarios.DeletedInTraining,
        ["revoked in training"] = Scenarios.RevokedInTraining,
        ["failed preparation"] = Scenarios.FailedPreparation,
        ["denied"] = Scenarios.Denied,
        ["dry run"] = Scenarios.DryRun,
    };

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task Killed_at_any_call_the_run_ends_in_the_same_place(string name)
    {
        var (end, calls) = await UndisturbedAsync(name);
        foreach (var point in Enum.GetValues<FaultPoint>())
        {
            for (var call = 0; call < calls; call++)
            {
                using var world = Named[name]().CrashAt(call, point);
                await ExpectAsync(end, world, $"killed at call {call}, {point}");
                Assert.True(world.Restarts == 1, $"Call {call} was never made: nothing was killed.");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task Killed_at_any_two_calls_in_a_row_the_run_ends_in_the_same_place(string name)
    {
        var (end, calls) = await UndisturbedAsync(name);
        for (var call = 0; call < calls; call += 3)
        {
            for (var gap = 1; gap <= 4; gap++)
            {
                using var world = Named[name]();
                var kills = new[] { call, call + gap };
                world.Cloud.Calls.Fault = new Fault((index, _) => kills.Contains(index), FaultPoint.AnswerLost, _ => world.Process.Kill());
                await ExpectAsync(end, world, $"killed at calls {call} and {call + gap}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task Any_call_may_fail_once_and_the_run_ends_in_the_same_place(string name)
    {
        var (end, calls) = await UndisturbedAsync(name);
        Func<string, Exception>[] errors =
        [
            _ => OperatorException.Transient(Reasons.ServiceUnavailable, "503"),
            _ => OperatorException.Waiting(Reasons.Throttled, "429", TimeSpan.FromSeconds(5)),
            _ => new HttpRequestException("connection reset"),
        ];
        foreach (var error in errors)
        {
            foreach (var point in Enum.GetValues<FaultPoint>())
            {
                for (var call = 0; call < calls; call++)
                {
                    using var world = Named[name]();
                    world.Cloud.Calls.Fault = new Fault((index, _) => index == call, point, error);
                    await ExpectAsync(end, world, $"call {call} failed with {error("").GetType().Name}, {point}");
                }
            }
        }
    }

    private static async Task<(string End, int Calls)> UndisturbedAsync(string name)
    {
        using var world = await Named[name]().ToEndAsync();
        return (End(world), world.Cloud.Calls.Made.Count);
    }

    private static async Task ExpectAsync(string end, World world, string disturbance)
    {
        try
        {
            _ = await world.ToEndAsync();
            Assert.True(end == End(world), $"expected{Environment.NewLine}{end}{Environment.NewLine}found{Environment.NewLine}{End(world)}{Environment.NewLine}");
            Assert.False(world.Cloud.State.AnythingRuns, "A job still runs.");
            var verification = await AuditFiles.VerifyAsync(world.Cloud.State, world.Run?.Status.Audit?.HeadDigest);
            Assert.Null(verification.Problem);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException(
                $"With the operator {disturbance}: {e.Message}{Environment.NewLine}{string.Join(Environment.NewLine, world.Cloud.Calls.Made.Select((c, i) => $"{i,3} {c}"))}", e);
        }
    }

    /// <summary>What has to be the same however the run got there.</summary>
    private static string End(World world)
    {
        var state = world.Cloud.State;
        var conditions = (world.Run?.Status.Conditions ?? []).Select(c => $"{c.Type}={c.Status}/{c.Reason}").Order(StringComparer.Ordinal);
        return string.Join(
            Environment.NewLine,
            [
                $"{world.Run?.Status.Phase} attempt {world.Run?.Status.Attempt}",
                .. conditions,
                .. state.PrepareJobs.Select(j => $"{j.Request.Name} {j.State}"),
                .. state.TrainingJobs.Select(j => $"{j.Request.Name} {j.State}"),
                .. state.ModelVersions.Select(v => $"{v.Version} {v.State} {string.Join(',', v.Aliases)}"),
                .. state.ExternalObjects.Keys,
                .. state.Edges.Keys,
                .. AuditFiles.Summary(state),
            ]);
    }
}
