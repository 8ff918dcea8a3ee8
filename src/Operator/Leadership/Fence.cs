using GovernedFinetune.Operator.Failures;

namespace GovernedFinetune.Operator.Leadership;

/// <summary>When something happened, on the clock that only goes forward and on the one that tells the time of day.</summary>
/// <param name="Timestamp"><see cref="TimeProvider.GetTimestamp"/>.</param>
/// <param name="Time">UTC.</param>
public readonly record struct Moment(long Timestamp, DateTimeOffset Time);

/// <summary>
/// The gate that every call to the outside passes at the last moment before it is sent. It is open while this process
/// may believe that it leads: less than the renew deadline after it sent the last renewal that succeeded. Nobody else
/// can hold the lease then, whatever this process has been through since. Without an election it is always open.
/// </summary>
/// <param name="options">The deadline.</param>
/// <param name="identity">For messages.</param>
/// <param name="clock">The time.</param>
public sealed class Fence(LeaderElectionOptions options, ReplicaIdentity identity, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private Moment? _renewed;
    private bool _shut;
    private int _underWay;
    private TaskCompletionSource _opens = NewSignal();
    private TaskCompletionSource? _idle;

    /// <summary>Now: what a renewal notes before it is sent.</summary>
    public Moment Now => new(clock.GetTimestamp(), clock.GetUtcNow());

    /// <summary>Whether a call may begin now.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_gate)
            {
                return MayPass();
            }
        }
    }

    /// <summary>Whether the lease was taken and neither lost nor given back since, in time or not.</summary>
    public bool HoldsLease
    {
        get
        {
            lock (_gate)
            {
                return _renewed is not null;
            }
        }
    }

    /// <summary>The lease was taken or renewed.</summary>
    /// <param name="sent">From before the request was sent: others count from when the API server had it, which is later.</param>
    public void Renewed(Moment sent)
    {
        lock (_gate)
        {
            _renewed = sent;
            if (MayPass())
            {
                _ = _opens.TrySetResult();
            }
        }
    }

    /// <summary>The lease was lost, or given up.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _renewed = null;
        }
    }

    /// <summary>Lets one call out. Dispose when it was answered.</summary>
    /// <param name="call">What it is, for the message.</param>
    /// <exception cref="OperatorException">This process does not lead; of kind <see cref="FailureKind.Fenced"/>.</exception>
    public IDisposable Pass(string call)
    {
        lock (_gate)
        {
            if (!MayPass())
            {
                throw Refusal(call);
            }

            _underWay++;
            return new Passage(this);
        }
    }

    /// <summary>Checks once more, for a call that is on its way to the wire.</summary>
    /// <inheritdoc cref="Pass" path="/exception" />
    public void Require(string call)
    {
        if (!IsOpen)
        {
            throw Refusal(call);
        }
    }

    /// <summary>The refusal of a call.</summary>
    public OperatorException Refusal(string call) =>
        OperatorException.Fenced($"Not sent: {call}. This replica ({identity.Name}) does not hold lease {options.LeaseName}, or could not renew it in time.");

    /// <summary>Completes when calls may begin; at once when they may now.</summary>
    public Task OpensAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (MayPass())
            {
                return Task.CompletedTask;
            }

            if (_opens.Task.IsCompleted)
            {
                _opens = NewSignal();
            }

            return _opens.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Closes for good, and waits for the calls under way.</summary>
    /// <param name="longest">The longest wait.</param>
    /// <returns>Whether all of them have ended.</returns>
    public async Task<bool> ShutAsync(TimeSpan longest)
    {
        Task idle;
        lock (_gate)
        {
            _shut = true;
            if (_underWay == 0)
            {
                return true;
            }

            idle = (_idle ??= NewSignal()).Task;
        }

        try
        {
            await idle.WaitAsync(longest, clock);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool MayPass() => !_shut && (!options.Enabled || (_renewed is { } renewed && Age(renewed) < options.RenewDeadline));

    /// <summary>The longer of the two ages. The forward-only clock stands still while a machine sleeps or is moved; the time
    /// of day is set right afterwards.</summary>
    private TimeSpan Age(Moment renewed)
    {
        var (counted, told) = (clock.GetElapsedTime(renewed.Timestamp), clock.GetUtcNow() - renewed.Time);
        return counted > told ? counted : told;
    }

    private void Leave()
    {
        lock (_gate)
        {
            if (--_underWay == 0)
            {
                _ = _idle?.TrySetResult();
            }
        }
    }

    private sealed class Passage(Fence fence) : IDisposable
    {
        private Fence? _fence = fence;

        public void Dispose() => Interlocked.Exchange(ref _fence, null)?.Leave();
    }
}
