namespace GovernedFinetune.Operator.Tests.Fakes;

/// <summary>Where a call goes wrong. A crash after an answer is the same as one before the next call is sent.</summary>
internal enum FaultPoint
{
    /// <summary>Nothing was sent.</summary>
    BeforeSend,

    /// <summary>The effect is done, and nobody was told.</summary>
    AnswerLost,
}

/// <summary>Calls that go wrong.</summary>
/// <param name="Matches">Whether a call is one of them, by its index and name.</param>
/// <param name="Point">Where.</param>
/// <param name="Error">What the caller gets.</param>
internal sealed record Fault(Func<int, string, bool> Matches, FaultPoint Point, Func<string, Exception> Error);

/// <summary>Every call across the operator's border, in order, and the faults that are injected there.</summary>
internal sealed class CallLog
{
    private readonly List<string> _made = [];

    public IReadOnlyList<string> Made => _made;

    public Fault? Fault { get; set; }

    public int Count(string name) => _made.Count(m => m == name);

    public void Clear() => _made.Clear();

    public Task<T> MakeAsync<T>(string name, Func<T> answer)
    {
        var index = _made.Count;
        _made.Add(name);
        try
        {
            Meet(index, name, FaultPoint.BeforeSend);
            var given = answer();
            Meet(index, name, FaultPoint.AnswerLost);
            return Task.FromResult(given);
        }
        catch (Exception e)
        {
            return Task.FromException<T>(e);
        }
    }

    private void Meet(int index, string name, FaultPoint point)
    {
        if (Fault is { } fault && fault.Point == point && fault.Matches(index, name))
        {
            throw fault.Error(name);
        }
    }
}
