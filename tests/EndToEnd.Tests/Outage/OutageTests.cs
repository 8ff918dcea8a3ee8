using GovernedFinetune.EndToEnd.Tests.Support;
using Xunit.Abstractions;

namespace GovernedFinetune.EndToEnd.Tests.Outage;

/// <summary>
/// The Kubernetes API goes away while 200 runs are under way; the cloud stays, and jobs end and progress meanwhile.
/// <c>GOVERNED_FINETUNE_OUTAGE</c> says for how many seconds, such as 600. Unless given it is longer than KubeOps goes on trying with
/// one object (five retries, 62 s), after which it would drop it.
/// </summary>
public sealed class OutageTests(SandboxWorld world, ITestOutputHelper output) : IClassFixture<SandboxWorld>
{
    private const int Training = 120;
    private const int Succeeding = 40;
    private const int Failing = 30;
    private const int Preparing = 9;

    private static readonly TimeSpan Current = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Length = TimeSpan.FromSeconds(
        int.Parse(Environment.GetEnvironmentVariable("GOVERNED_FINETUNE_OUTAGE") ?? "75", System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public async Task After_an_outage_of_the_API_server_no_run_is_dropped_and_all_are_current_within_a_minute()
    {
        using var kubernetes = await KubernetesHttp.ConnectAsync(world);
        using var mould = await TrainingMould.MakeAsync(world, kubernetes, "mould");
        await ScriptedJobs.AddAsync(world, new { service = "sagemaker", match = "^training-", outcome = "Hang" });

        // In the middle of the outage: casting and starting take a while, and these clocks begin with each job.
        var middle = (Length / 2).TotalSeconds;
        await ScriptedJobs.TrainAsync(world, "^succeeding-", seconds: middle + 30);
        await ScriptedJobs.TrainAsync(world, "^preparing-", seconds: 1);
        await ScriptedJobs.AddAsync(world, new { service = "sagemaker", match = "^failing-", outcome = "Failure", seconds = middle + 30, failureReason = "AlgorithmError: scripted" });
        await ScriptedJobs.PrepareAsync(world, "^preparing-", seconds: middle + 20);

        // While no operator runs: one would begin a run before its status is set.
        await world.Operator().TerminateAsync();
        var training = await CastAsync(mould, "training", Training);
        _ = await CastAsync(mould, "succeeding", Succeeding);
        _ = await CastAsync(mould, "failing", Failing);
        await world.Operator().StartAsync();
        for (var i = 1; i <= Preparing; i++)
        {
            _ = await kubernetes.CreateRunAsync(Manifests.Run($"preparing-{i}"));
        }

        await Patience.UntilAsync(
            async () => (await kubernetes.RunsAsync()).All(run => run.IsTraining || (run.Phase == "Preprocessing" && run.Status!["preprocessing"]?["jobRunId"] is not null)),
            () => "Not every run has a job.");
        var before = await world.Requests.CountAsync();

        var outage = await world.Cloud.AwayAsync("kubernetes");
        await Task.WhenAll(training.Select(run => mould.PutProgressAsync(run, step: 500)));
        await Task.Delay(Length);
        await outage.DisposeAsync();

        var back = TimeProvider.System.GetUtcNow();
        var current = await CurrentAsync(kubernetes, back, Is500);
        Say($"API server away for {Length.TotalSeconds:0} s with {training.Count + Succeeding + Failing + Preparing + 1} active runs: {await LeadershipAsync(before, back)}, all runs current after {current.TotalSeconds:0.0} s (allowed: {Current.TotalSeconds:0} s).");
        Assert.True(current <= Current, $"It took {current.TotalSeconds:0.0} s until every run was current.");

        // None is dropped: each of them still follows its job, or ends.
        await Task.WhenAll(training.Select(run => mould.PutProgressAsync(run, step: 900)));
        _ = await CurrentAsync(kubernetes, back, run => Kind(run) switch
        {
            "training" => Step(run) == 900,
            "failing" => run is { Phase: "Failed", Reason: "JobFailed" },
            "mould" => run.IsTraining,
            _ => run.Phase == "Succeeded",
        });
        Assert.All(await kubernetes.RunsAsync(), run => Assert.Equal(1, run.Status!["attempt"]!.GetValue<int>()));
        await StartedOnceAsync();
    }

    private static bool Is500(RunView run) => Kind(run) switch
    {
        "training" => Step(run) == 500,
        "failing" => run.Phase == "Failed",
        "succeeding" => run.Condition("ModelTrained")?["status"]?.GetValue<string>() == "True",
        "preparing" => run.Condition("DatasetPrepared")?["status"]?.GetValue<string>() == "True",
        _ => run.IsTraining,
    };

    private static string Kind(RunView run) => run.Name.Split('-')[0];

    private static int? Step(RunView run) => run.Status?["training"]?["progress"]?["step"]?.GetValue<int>();

    private static async Task<IReadOnlyList<RunView>> CastAsync(TrainingMould mould, string kind, int count)
    {
        var runs = new List<RunView>();
        foreach (var batch in Enumerable.Range(1, count).Chunk(8))
        {
            runs.AddRange(await Task.WhenAll(batch.Select(i => mould.CastAsync($"{kind}-{i}"))));
        }

        return runs;
    }

    private static async Task<TimeSpan> CurrentAsync(KubernetesHttp kubernetes, DateTimeOffset back, Func<RunView, bool> current)
    {
        IReadOnlyList<RunView> runs = [];
        await Patience.UntilAsync(
            async () => (runs = await kubernetes.RunsAsync()).All(current),
            () => $"{runs.Count(run => !current(run))} runs are not as they should be:\n"
                + string.Join('\n', runs.Where(run => !current(run)).Take(3).Select(run => $"{run.Name}: {run.Status?.ToJsonString()}")));
        return TimeProvider.System.GetUtcNow() - back;
    }

    private async Task<string> LeadershipAsync(int before, DateTimeOffset back)
    {
        var lease = (await world.Requests.ReadAsync(before)).First(r => r is { Operation: "update leases", Status: 200 } && r.Began > back);
        return $"lease held again after {(lease.Began - back).TotalSeconds:0.0} s";
    }

    private async Task StartedOnceAsync()
    {
        var jobs = await world.Cloud.PrepareJobNamesAsync();
        Assert.Equal(Preparing + 1, jobs.Count);
        var trainings = (await world.Requests.ReadAsync()).Where(r => r is { Operation: "sagemaker:CreateTrainingJob", Status: 200 } && r.Identity is not null).ToList();
        Assert.Equal(Preparing + 1, trainings.Count);
    }

    private void Say(string line)
    {
        output.WriteLine(line);
        Console.WriteLine($"Outage: {line}");
    }
}
