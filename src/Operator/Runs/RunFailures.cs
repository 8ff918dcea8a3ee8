using System.Collections.Concurrent;
using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Status;

namespace GovernedFinetune.Operator.Runs;

/// <summary>
/// Answers what a pass throws (design section 4, rule 4). Transient: back off, with the next try in status so that a
/// restart does not reset it. Waiting: come back when told. Queued: likewise, and nothing is written. Terminal: stop what is running, then the run has failed; while
/// it is being stopped already, the run is stalled until the stop succeeds. Anything else is taken as transient.
/// </summary>
public sealed class RunFailures(RunStops stops, TimeProvider clock, ILogger<RunFailures> logger)
{
    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(30);

    // How often each run failed in a row; a run that passes is forgotten.
    private readonly ConcurrentDictionary<string, int> _inARow = new(StringComparer.Ordinal);

    /// <summary>Forgets that a run failed.</summary>
    public void Forget(string uid) => _inARow.TryRemove(uid, out _);

    /// <summary>Counts a failure and gives the wait after it.</summary>
    public TimeSpan NextWait(string uid) =>
        Backoff.After(_inARow.AddOrUpdate(uid, 1, (_, n) => n + 1), Random.Shared.NextDouble());

    /// <summary>Writes the failure into the status and says how to go on.</summary>
    public async Task<PassOutcome> AnswerAsync(RunScope scope, Exception error, CancellationToken cancellationToken)
    {
        var failure = error as OperatorException
            ?? OperatorException.Transient(Reasons.ServiceUnavailable, $"Unexpected {error.GetType().Name}; the operator's log has the details.", error);
        if (failure is { Kind: FailureKind.Queued, RetryAfter: { } turn })
        {
            return new PassOutcome.Rest(turn);
        }

        RunLog.PassFailed(logger, failure.Kind, failure.Reason, failure.Message, error is OperatorException ? null : error);
        var now = clock.GetUtcNow();
        var (terminal, stopping) = (failure.Kind is FailureKind.Terminal, stops.IsStopping(scope.Status));
        if (terminal && !stopping)
        {
            return await stops.BeginAsync(scope, failure.Reason, failure.Message, now, cancellationToken);
        }

        var wait = failure.RetryAfter ?? (failure.Kind is FailureKind.Waiting ? DefaultWait : NextWait(scope.Id.Uid));
        scope.Status.NextAttemptAt = Times.Second(now + wait);
        if (stopping)
        {
            // The job cannot even be stopped: the run must not be called finished while it may be running.
            RunSummary.Hindered(scope.Run, scope.Status, failure.Reason, failure.Message, stalled: terminal, now);
        }
        else
        {
            RunSummary.Progressing(scope.Run, scope.Status, scope.Status.Phase ?? FineTuneRunPhase.Pending, failure.Reason, failure.Message, stalled: false, now);
        }

        return new PassOutcome.Rest(wait);
    }
}
