using GovernedFinetune.EndToEnd.Tests.Support;
using Xunit.Abstractions;

namespace GovernedFinetune.EndToEnd.Tests.Failover;

/// <summary>
/// Two operators, runs coming all the time, and a leader that goes in three ways. What is asserted follows from the lease:
/// it runs out 12 s after a renewal, and both sides look at it every second. A run that is made when the leader is struck
/// is something to do at once for the next one.
/// </summary>
[Collection(nameof(Failover))]
public sealed class FailoverTests(SandboxWorld world, ITestOutputHelper output) : IClassFixture<SandboxWorld>
{
    private const int Times = 3;

    private static readonly TimeSpan AfterCrash = TimeSpan.FromSeconds(17);
    private static readonly TimeSpan AfterStop = TimeSpan.FromSeconds(3);

    private readonly Replicas _replicas = new(world);

    [Fact]
    public Task A_leader_that_crashes_is_followed_within_17_seconds() =>
        ManyTimesAsync("crash", "SIGKILL", async (leader, next, feed) =>
        {
            var struck = TimeProvider.System.GetUtcNow();
            await leader.SignalAsync("KILL");
            await feed.AddAsync();
            var takeOver = await TakeOver.AfterAsync(struck, world, leader, next);
            await leader.ExitedAsync();
            Assert.True(takeOver.Gap <= AfterCrash, takeOver.ToString());
            return takeOver;
        });

    [Fact]
    public Task A_leader_that_is_stopped_is_followed_within_3_seconds() =>
        ManyTimesAsync("stop", "SIGTERM", async (leader, next, feed) =>
        {
            var struck = TimeProvider.System.GetUtcNow();
            await leader.SignalAsync("TERM");
            await feed.AddAsync();
            var takeOver = await TakeOver.AfterAsync(struck, world, leader, next);
            await leader.ExitedAsync();
            Assert.True(takeOver.Gap <= AfterStop, takeOver.ToString());
            return takeOver;
        });

    [Fact]
    public Task A_leader_that_was_paused_does_nothing_when_it_goes_on() =>
        ManyTimesAsync("pause", "SIGSTOP, then SIGCONT", async (leader, next, feed) =>
        {
            var struck = TimeProvider.System.GetUtcNow();
            await leader.SignalAsync("STOP");
            await feed.AddAsync();
            var takeOver = await TakeOver.AfterAsync(struck, world, leader, next);
            await leader.SignalAsync("CONT");

            // The old leader has had its say when it asks for the lease as one who stands by, and the new one goes on.
            var resumed = TimeProvider.System.GetUtcNow();
            IReadOnlyList<LoggedRequest> since = [];
            await Patience.UntilAsync(
                async () =>
                {
                    since = [.. (await world.Requests.ReadAsync()).Where(r => r.Began > takeOver.Acquired.Time)];
                    return since.Count(r => r.Began > resumed && r.Operation == "get leases" && Replicas.IsOf(r, leader)) >= 5
                        && since.Count(r => r.Began > resumed && r.IsEffect && Replicas.IsOf(r, next)) >= 10;
                },
                () => $"'{leader.Name}' does not stand by, or '{next.Name}' does nothing:\n{string.Join('\n', since.TakeLast(20))}");

            Assert.DoesNotContain(since, r => r.IsEffect && Replicas.IsOf(r, leader));
            Assert.True(takeOver.Gap <= AfterCrash, takeOver.ToString());
            return takeOver;
        });

    private async Task ManyTimesAsync(string name, string how, Func<OperatorProcess, OperatorProcess, Feed, Task<TakeOver>> strikeAsync)
    {
        var after = await world.Requests.CountAsync();
        await using var feed = await Feed.StartAsync(world, name);
        for (var i = 1; i <= Times; i++)
        {
            var (leader, next) = await _replicas.BothAsync();
            var began = TimeProvider.System.GetUtcNow();
            await Patience.UntilAsync(
                async () => (await world.Requests.ReadAsync(after)).Count(r => r.Began > began && r.IsEffect && Replicas.IsOf(r, leader)) >= 10,
                () => $"'{leader.Name}' leads and does nothing.");
            var takeOver = await strikeAsync(leader, next, feed);
            Say($"{how}, {i} of {Times}: {takeOver}");
        }

        var runs = await feed.EndAsync();
        Assert.All(runs, run => Assert.True(run.Phase == "Succeeded" && run.Status!["attempt"]!.GetValue<int>() == 1, $"{run.Name}: {run.Status?.ToJsonString()}"));
        await OneJobAnAttemptAsync(runs, after);
        foreach (var run in runs)
        {
            await AuditRecords.VerifyAsync(world, run);
        }

        Say($"{how}: {runs.Count} runs succeeded, each with one preparation and one training job; every audit record verifies.");
    }

    private async Task OneJobAnAttemptAsync(IReadOnlyList<RunView> runs, int after)
    {
        var started = (await world.Requests.ReadAsync(after)).Where(r => r.Status == 200).ToList();
        Assert.Equal(runs.Count, started.Where(r => r.Operation == "sagemaker:CreateTrainingJob").Select(r => r.Resource).Distinct().Count());
        Assert.Equal(runs.Count, started.Count(r => r.Operation == "sagemaker:CreateTrainingJob"));
        Assert.Equal(runs.Count, (await world.Cloud.PrepareJobNamesAsync()).Count(name => runs.Any(run => name.StartsWith(run.Name + "-", StringComparison.Ordinal))));
    }

    private void Say(string line)
    {
        output.WriteLine(line);
        Console.WriteLine($"Failover: {line}");
    }
}

/// <summary>Tests that measure time are not run beside each other.</summary>
[CollectionDefinition(nameof(Failover))]
public sealed class Failover;
