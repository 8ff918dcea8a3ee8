using System.Collections.Concurrent;
using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Status;

namespace GovernedFinetune.Operator.Runs;

/// <summary>
/// Answers what a pass throws (design section 4, rule 4). Transient: back off, with the next try in status so that a
/// restart does not reset it. Waiting: come back when told. Terminal: stop what is running, then the run has failed.
/// Anything else is taken as transient.
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
        RunLog.PassFailed(logger, failure.Kind, failure.Reason, failure.Message, error is OperatorException ? null : error);
        if (failure.Kind is FailureKind.Terminal)
        {
            return await StopAsync(scope, failure, cancellationToken);
        }

        var wait = failure.RetryAfter ?? (failure.Kind is FailureKind.Waiting ? DefaultWait : NextWait(scope.Id.Uid));
        return Later(scope, failure, wait, stalled: false);
    }

    private async Task<PassOutcome> StopAsync(RunScope scope, OperatorException failure, CancellationToken cancellationToken)
    {
        try
        {
            return await stops.BeginAsync(scope, failure.Reason, failure.Message, clock.GetUtcNow(), cancellationToken);
        }
        catch (OperatorException second)
        {
            // The job cannot even be stopped: the run must not be called finished while it may be running.
            return Later(scope, second, NextWait(scope.Id.Uid), stalled: second.Kind is FailureKind.Terminal);
        }
    }

    private PassOutcome.Rest Later(RunScope scope, OperatorException failure, TimeSpan wait, bool stalled)
    {
        var now = clock.GetUtcNow();
        var phase = scope.Status.Phase ?? FineTuneRunPhase.Pending;
        scope.Status.NextAttemptAt = Times.Second(now + wait);
        if (phase is not FineTuneRunPhase.Stopping)
        {
            RunSummary.Progressing(scope.Run, scope.Status, phase, failure.Reason, failure.Message, stalled, now);
        }

        return new PassOutcome.Rest(wait);
    }
}
