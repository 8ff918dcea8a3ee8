using System.Diagnostics;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs.Observing;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Tests.Fakes;
using GovernedFinetune.Operator.Tests.Leadership;
using Microsoft.Extensions.Logging.Abstractions;

namespace GovernedFinetune.Operator.Tests.Runs;

/// <summary>One look an interval, whatever the number of runs, and only the runs whose job moved are woken.</summary>
public sealed class JobObserverTests : IDisposable
{
    private readonly World _world = new() { PrepareOutcome = _ => new Outcome(JobState.Running), TrainOutcome = _ => new Outcome(JobState.Running) };
    private readonly List<string> _woken = [];
    private readonly JobObserver _observer;

    public JobObserverTests() => _observer = new JobObserver(
        new ProfileSet([Samples.Profile]),
        _world.Cloud,
        _world.Process.Watched,
        new RunWaker((run, _, _, _, _, _) =>
        {
            _woken.Add(run.Metadata.Name);
            return Task.FromResult(true);
        }),
        Replica.Unelected(_world.Clock),
        _world.Clock,
        NullLogger<JobObserver>.Instance);

    public void Dispose()
    {
        _observer.Dispose();
        _world.Dispose();
    }

    private Task LookAsync() => _observer.LookAsync(Samples.Profile, _world.Clock.GetUtcNow(), CancellationToken.None);

    private async Task PreparingAsync()
    {
        _ = await _world.UntilAsync(w => w.Run!.Status?.Preprocessing?.State == "RUNNING");
        _world.Cloud.Calls.Clear();
    }

    [Fact]
    public async Task A_job_that_has_not_moved_wakes_nobody()
    {
        await PreparingAsync();
        await LookAsync();
        Assert.Equal(["emr:GetJobRun"], _world.Cloud.Calls.Made);
        Assert.Empty(_woken);
    }

    [Fact]
    public async Task A_preparation_that_moved_wakes_its_run()
    {
        await PreparingAsync();
        _world.Cloud.State = JobWork.Reach(_world.Cloud.State, _world.Cloud.State.PrepareJobs[0], JobState.Succeeded);
        await LookAsync();
        Assert.Equal(["risk-summariser"], _woken);
    }

    [Fact]
    public async Task A_training_job_that_moved_is_seen_in_one_list_and_wakes_its_run()
    {
        _world.PrepareOutcome = _ => new Outcome(JobState.Succeeded);
        _ = await _world.UntilAsync(w => w.Run!.Status?.Training?.SecondaryState == "Training");
        _world.Cloud.Calls.Clear();
        await LookAsync();
        Assert.Equal(["sagemaker:ListTrainingJobs"], _world.Cloud.Calls.Made);
        Assert.Empty(_woken);

        _world.Cloud.State = JobWork.Reach(_world.Cloud.State, _world.Cloud.State.TrainingJobs[0], JobState.Succeeded);
        await LookAsync();
        Assert.Equal(["risk-summariser"], _woken);
    }

    [Fact]
    public async Task A_training_job_that_is_not_among_those_under_way_has_ended_and_wakes_its_run()
    {
        _world.PrepareOutcome = _ => new Outcome(JobState.Succeeded);
        _ = await _world.UntilAsync(w => w.Run!.Status?.Training?.SecondaryState == "Training");
        Assert.True(await _observer.LookAsync(Samples.Profile, null, CancellationToken.None));
        Assert.Empty(_woken);

        _world.Cloud.State = JobWork.Reach(_world.Cloud.State, _world.Cloud.State.TrainingJobs[0], JobState.Succeeded);
        Assert.True(await _observer.LookAsync(Samples.Profile, null, CancellationToken.None));
        Assert.Equal(["risk-summariser"], _woken);
    }

    [Theory]
    [InlineData("Training", false)]
    [InlineData("Uploading", true)]
    public async Task A_training_job_is_described_only_when_the_list_does_not_show_it_where_the_status_has_it(string listed, bool described)
    {
        _world.PrepareOutcome = _ => new Outcome(JobState.Succeeded);
        _ = await _world.UntilAsync(w => w.Run!.Status?.Training?.SecondaryState == "Training");
        var before = _world.Status;
        _world.Cloud.Listed = name => new TrainingJob(
            name, before.Training!.Arn!, JobState.Running, "InProgress", listed, null, false, null, null, null, new Dictionary<string, double>(), null, null);
        _world.Cloud.Calls.Clear();

        _ = await _world.StepAsync();

        Assert.Equal(described, _world.Cloud.Calls.Made.Contains("sagemaker:DescribeTrainingJob"));
        Assert.Equivalent(before, _world.Status);
    }

    public static TheoryData<string> Errors => ["transient", "unexpected"];

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task A_look_that_fails_in_any_way_is_followed_by_the_next(string kind)
    {
        await PreparingAsync();
        _world.Cloud.State = JobWork.Reach(_world.Cloud.State, _world.Cloud.State.PrepareJobs[0], JobState.Failed);
        var looks = 0;
        _world.Cloud.Calls.Fault = new Fault((_, _) => looks++ < 2, FaultPoint.BeforeSend, _ => kind == "transient"
            ? OperatorException.Transient(Reasons.ServiceUnavailable, "503")
            : new ArgumentException("broken"));

        await _observer.StartAsync(CancellationToken.None);
        for (var time = Stopwatch.StartNew(); _woken.Count == 0 && time.Elapsed < TimeSpan.FromSeconds(30);)
        {
            _world.Clock.Advance(Samples.Profile.JobPollInterval);
            await Task.Yield();
        }

        await _observer.StopAsync(CancellationToken.None);
        Assert.NotEmpty(_woken);
        Assert.True(looks >= 3);
    }

    [Fact]
    public async Task A_training_job_that_moves_while_the_pages_are_read_is_on_two_of_them_and_wakes_its_run()
    {
        _world.PrepareOutcome = _ => new Outcome(JobState.Succeeded);
        _ = await _world.UntilAsync(w => w.Run!.Status?.Training?.SecondaryState == "Training");
        var job = _world.Cloud.State.TrainingJobs[0];
        _world.Cloud.State = _world.Cloud.State with { TrainingJobs = [job, job with { State = JobState.Succeeded }] };
        await LookAsync();
        Assert.Equal(["risk-summariser"], _woken);
    }

    [Fact]
    public async Task A_run_that_has_moved_on_is_not_watched_any_more()
    {
        await PreparingAsync();
        _world.Edit(r => r.Spec.Suspend = true);
        _ = await _world.UntilAsync(w => w.Status.Phase is Entities.FineTuneRunPhase.Suspended);
        _world.Cloud.Calls.Clear();
        await LookAsync();
        Assert.Empty(_world.Cloud.Calls.Made);
    }
}
