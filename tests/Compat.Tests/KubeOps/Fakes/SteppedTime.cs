using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace GovernedFinetune.Compat.Tests.Operators.Fakes;

/// <summary>A clock that stands still, and tells when somebody begins to wait on it.</summary>
internal sealed class SteppedTime : FakeTimeProvider
{
    private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (period == Timeout.InfiniteTimeSpan && dueTime != Timeout.InfiniteTimeSpan)
        {
            _waits.Writer.TryWrite(dueTime);
        }

        return timer;
    }

    /// <summary>How long the next one-off wait is.</summary>
    public Task<TimeSpan> NextWaitAsync() => _waits.Reader.ReadAsync().AsTask().Soon();

    /// <summary>One tick of the queue.</summary>
    public void Tick() => Advance(TimeSpan.FromMilliseconds(100));
}
