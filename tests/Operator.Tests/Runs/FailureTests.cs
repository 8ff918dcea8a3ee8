using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Kubernetes;
using GovernedFinetune.Operator.Runs;
using GovernedFinetune.Operator.Status;
using GovernedFinetune.Operator.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace GovernedFinetune.Operator.Tests.Runs;

/// <summary>What each kind of failure does to a run.</summary>
public class FailureTests
{
    private readonly FakeTimeProvider _clock = new(Samples.Start);
    private readonly RunParts _parts;
    private readonly RunScope _scope;

    public FailureTests()
    {
        _parts = new RunParts(_clock);
        var cloud = new FakeCloud(_clock, Samples.Cloud);
        _scope = new RunScope(Samples.Run(), Seen.Status(), Samples.Profile, cloud.Services, Samples.Checked(Samples.Start));
        RunSummary.Progressing(_scope.Run, _scope.Status, FineTuneRunPhase.Training, Reasons.InProgress, "m", stalled: false, Samples.Start);
    }

    private Task<PassOutcome> AnswerAsync(Exception error) => _parts.Failures.AnswerAsync(_scope, error, CancellationToken.None);

    private Condition Ready => Conditions.Find(_scope.Status.Conditions, ConditionTypes.Ready)!;

    [Fact]
    public async Task A_transient_failure_backs_off_with_the_next_try_in_the_status()
    {
        var rest = Assert.IsType<PassOutcome.Rest>(await AnswerAsync(OperatorException.Transient(Reasons.ServiceUnavailable, "503 from X")));
        Assert.InRange(rest.After!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        Assert.Equal(Times.Second(Samples.Start + rest.After.Value), _scope.Status.NextAttemptAt);
        Assert.Equal((FineTuneRunPhase.Training, Reasons.ServiceUnavailable, "503 from X"), (_scope.Status.Phase, Ready.Reason, Ready.Message));
        Assert.NotNull(Conditions.Find(_scope.Status.Conditions, ConditionTypes.Reconciling));
        Assert.Equal(1, _scope.Status.Attempt);
    }

    [Theory]
    [InlineData(null, 30)]
    [InlineData(90, 90)]
    public async Task A_wait_takes_as_long_as_the_service_said_or_half_a_minute(int? asked, int seconds)
    {
        for (var i = 0; i < 3; i++)
        {
            var answer = await AnswerAsync(OperatorException.Waiting(Reasons.Throttled, "429", asked is { } s ? TimeSpan.FromSeconds(s) : null));
            Assert.Equal(new PassOutcome.Rest(TimeSpan.FromSeconds(seconds)), answer);
        }
    }

    [Fact]
    public async Task A_read_that_has_to_wait_for_its_turn_writes_nothing()
    {
        var before = StatusPatch.Copy(_scope.Status);
        Assert.Equal(new PassOutcome.Rest(TimeSpan.FromSeconds(6)), await AnswerAsync(OperatorException.Queued("not yet", TimeSpan.FromSeconds(6))));
        Assert.Equivalent(before, _scope.Status);
        Assert.Empty(_scope.Events);
    }

    [Fact]
    public async Task A_transient_failure_that_says_when_to_come_back_is_believed() =>
        Assert.Equal(
            new PassOutcome.Rest(TimeSpan.FromSeconds(77)),
            await AnswerAsync(OperatorException.Transient(Reasons.ServiceUnavailable, "503", retryAfter: TimeSpan.FromSeconds(77))));

    [Fact]
    public async Task A_terminal_failure_begins_to_stop_the_run_and_that_is_stored_first()
    {
        Assert.IsType<PassOutcome.StoreAndGoOn>(await AnswerAsync(OperatorException.Terminal(Reasons.AccessDenied, "denied")));
        Assert.Equal((FineTuneRunPhase.Stopping, Reasons.AccessDenied), (_scope.Status.Phase, Ready.Reason));
        Assert.Contains(_scope.Events, e => e is { Reason: Reasons.AccessDenied, Warning: true });
    }

    [Theory]
    [InlineData(FailureKind.Terminal, ConditionTypes.Stalled)]
    [InlineData(FailureKind.Transient, ConditionTypes.Reconciling)]
    [InlineData(FailureKind.Waiting, ConditionTypes.Reconciling)]
    public async Task While_a_run_is_stopped_no_failure_changes_what_for(FailureKind kind, string shownIn)
    {
        RunSummary.Stopping(_scope.Run, _scope.Status, Reasons.GrantRevoked, "lost", Samples.Start);
        var error = kind switch
        {
            FailureKind.Terminal => OperatorException.Terminal(Reasons.AccessDenied, "denied"),
            FailureKind.Waiting => OperatorException.Waiting(Reasons.AccessDenied, "denied"),
            _ => OperatorException.Transient(Reasons.AccessDenied, "denied"),
        };
        Assert.IsType<PassOutcome.Rest>(await AnswerAsync(error));
        Assert.Equal((FineTuneRunPhase.Stopping, Reasons.GrantRevoked), (_scope.Status.Phase, Ready.Reason));
        Assert.Equal("denied", Conditions.Find(_scope.Status.Conditions, shownIn)!.Message);
    }

    [Fact]
    public async Task What_nobody_knows_is_transient_and_its_text_stays_in_the_log()
    {
        Assert.IsType<PassOutcome.Rest>(await AnswerAsync(new FormatException("secret text")));
        Assert.Equal(Reasons.ServiceUnavailable, Ready.Reason);
        Assert.Contains(nameof(FormatException), Ready.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret text", Ready.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_passes_starts_to_count_anew()
    {
        for (var i = 0; i < 8; i++)
        {
            _ = await AnswerAsync(OperatorException.Transient(Reasons.ServiceUnavailable, "503"));
        }

        _parts.Failures.Forget(_scope.Id.Uid);
        Assert.InRange(_parts.Failures.NextWait(_scope.Id.Uid), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
    }
}
