namespace GovernedFinetune.Operator.Cloud.Calls;

/// <summary>
/// Lets calls pass at a rate, with a burst. Callers queue by taking tokens that are not there yet: each gets its own
/// moment, so they go in order and never all at once. One class of ours instead of System.Threading.RateLimiting,
/// which has no <see cref="TimeProvider"/>.
/// </summary>
/// <param name="ratePerSecond">Tokens a second.</param>
/// <param name="burst">Tokens that can pile up.</param>
/// <param name="clock">The time.</param>
internal sealed class TokenBucket(double ratePerSecond, double burst, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly double _burst = burst;
    private double _tokens = burst;
    private long _filledAt = clock.GetTimestamp();

    /// <summary>Takes a token, waiting for it when that is not too long.</summary>
    /// <param name="longest">The longest wait.</param>
    /// <param name="cancellationToken">Gives the place in the queue up.</param>
    /// <returns>Null when the call may go; otherwise how long it would have had to wait.</returns>
    public async ValueTask<TimeSpan?> TakeAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        TimeSpan wait;
        lock (_gate)
        {
            Fill();
            wait = _tokens >= 1 ? TimeSpan.Zero : TimeSpan.FromSeconds((1 - _tokens) / ratePerSecond);
            if (wait > longest)
            {
                return wait;
            }

            _tokens--;
        }

        if (wait > TimeSpan.Zero)
        {
            await WaitAsync(wait, cancellationToken);
        }

        return null;
    }

    /// <summary>The service says that it was called too often: whatever has piled up here is not there.</summary>
    public void Empty()
    {
        lock (_gate)
        {
            Fill();
            _tokens = Math.Min(_tokens, 0);
        }
    }

    private async Task WaitAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(wait, clock, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            lock (_gate)
            {
                _tokens++;
            }

            throw;
        }
    }

    private void Fill()
    {
        var now = clock.GetTimestamp();
        _tokens = Math.Min(_burst, _tokens + (clock.GetElapsedTime(_filledAt, now).TotalSeconds * ratePerSecond));
        _filledAt = now;
    }
}
