using KubeOps.Operator.Logging;
using Microsoft.Extensions.Logging;

namespace KubeOps.Operator.Hosting;

/// <summary>A period during which loops run. A loop that breaks is started again after a pause.</summary>
internal sealed class Term
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public Term(TimeProvider time, ILogger logger, params Func<CancellationToken, Task>[] loops)
    {
        _time = time;
        _logger = logger;
        Completion = RunAsync(loops, _cancellation.Token);
    }

    /// <summary>Completes, never with an error, when all loops have ended.</summary>
    public Task Completion { get; }

    public void Cancel()
    {
        // The source is disposed when the loops have ended, and then there is nothing left to cancel.
        if (!Completion.IsCompleted)
        {
            try
            {
                _cancellation.Cancel();
            }
            catch (ObjectDisposedException)
            {
            }
        }
    }

    private async Task RunAsync(Func<CancellationToken, Task>[] loops, CancellationToken cancellationToken)
    {
        using (_cancellation)
        {
            await Task.WhenAll(loops.Select(loop => Task.Run(() => KeepRunningAsync(loop, cancellationToken))));
        }
    }

    private async Task KeepRunningAsync(Func<CancellationToken, Task> loop, CancellationToken cancellationToken)
    {
        for (var failures = 1; !cancellationToken.IsCancellationRequested; failures++)
        {
            try
            {
                await loop(cancellationToken);
                return;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                var delay = Backoff.After(failures);
                _logger.LoopBroke(failure, delay);
                await Task.Delay(delay, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
