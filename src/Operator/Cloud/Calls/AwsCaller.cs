using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Profiles;

namespace GovernedFinetune.Operator.Cloud.Calls;

/// <summary>Makes the calls of one profile: not faster than the account allows, and with every error mapped.</summary>
internal sealed class AwsCaller(AwsProfile profile, ApiRateLimits limits)
{
    /// <summary>A call waits this long for its turn; longer waits are the state machine's, which can do other things meanwhile.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    /// <summary>Makes a call.</summary>
    /// <param name="call">What it is, for limits and messages.</param>
    /// <param name="send">The call itself. What it throws of its own accord as an <see cref="OperatorException"/> passes.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="OperatorException">Any failure.</exception>
    public async Task<T> SendAsync<T>(AwsCall call, Func<CancellationToken, Task<T>> send, CancellationToken cancellationToken)
    {
        var bucket = limits.For(profile, call.Action);
        if (bucket is not null && await bucket.TakeAsync(LongestWait, cancellationToken) is { } wait)
        {
            var text = $"{call}: the operator's own share of this API's rate is used up; next try in {wait.TotalSeconds:F0} s.";
            throw call.OnlyReads ? OperatorException.Queued(text, wait) : OperatorException.Waiting(Reasons.Throttled, text, wait);
        }

        try
        {
            return await send(cancellationToken);
        }
        catch (Exception e) when (AwsFailures.Knows(e) && !cancellationToken.IsCancellationRequested)
        {
            var failure = AwsFailures.From(e, call);
            if (failure.Reason == Reasons.Throttled)
            {
                bucket?.Empty();
            }

            throw failure;
        }
    }
}
