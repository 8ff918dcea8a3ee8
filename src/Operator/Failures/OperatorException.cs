namespace GovernedFinetune.Operator.Failures;

/// <summary>How a failure is answered.</summary>
public enum FailureKind
{
    /// <summary>Try again with capped, jittered back-off: the network, a 5xx, an answer nobody documents.</summary>
    Transient,

    /// <summary>Nothing is wrong, the other side only wants us to come later: a throttle, a quota, a state that must pass.
    /// It never counts as an attempt.</summary>
    Waiting,

    /// <summary>The call was not made, because the operator's own share of an API's rate is used up. It was only to read, so
    /// nobody need know: nothing is stored of it, and the pass is made again.</summary>
    Queued,

    /// <summary>Trying again cannot help until somebody changes something.</summary>
    Terminal,

    /// <summary>This process may not act, because it does not lead: the call was not made. It says nothing about the run or
    /// the service, so nothing is stored of it; whoever leads goes on.</summary>
    Fenced,
}

/// <summary>
/// A failure that the operator knows how to answer. Catalog and Cloud map every error of a service to one of these;
/// what they cannot classify is <see cref="FailureKind.Transient"/>.
/// </summary>
public sealed class OperatorException : Exception
{
    private OperatorException(FailureKind kind, string reason, string message, TimeSpan? retryAfter, Exception? inner)
        : base(message, inner)
    {
        Kind = kind;
        Reason = reason;
        RetryAfter = retryAfter;
    }

    /// <summary>How it is answered.</summary>
    public FailureKind Kind { get; }

    /// <summary>One of <see cref="Reasons"/>.</summary>
    public string Reason { get; }

    /// <summary>When the service said to come back; absent when it did not say.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>A failure that another try may not meet.</summary>
    public static OperatorException Transient(string reason, string message, Exception? inner = null, TimeSpan? retryAfter = null) =>
        new(FailureKind.Transient, reason, message, retryAfter, inner);

    /// <summary>A wait that the other side asks for.</summary>
    public static OperatorException Waiting(string reason, string message, TimeSpan? retryAfter = null, Exception? inner = null) =>
        new(FailureKind.Waiting, reason, message, retryAfter, inner);

    /// <summary>A read that was not made, because it was not its turn.</summary>
    public static OperatorException Queued(string message, TimeSpan retryAfter) => new(FailureKind.Queued, Reasons.Throttled, message, retryAfter, null);

    /// <summary>A call that was not made, because this process does not lead. It has no cause: what an SDK may take for a lost
    /// connection it would send again.</summary>
    public static OperatorException Fenced(string message) => new(FailureKind.Fenced, Reasons.NotLeading, message, null, null);

    /// <summary>A failure that lasts until somebody changes something. The message says what to change.</summary>
    public static OperatorException Terminal(string reason, string message, Exception? inner = null) =>
        new(FailureKind.Terminal, reason, message, null, inner);
}
