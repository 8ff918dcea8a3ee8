using KubeOps.Abstractions.Reconciliation;

namespace GovernedFinetune.Compat.Tests.Operators.Fakes;

/// <summary>Answers for a <see cref="Script"/>.</summary>
internal static class Answers
{
    public static Task<ReconciliationResult<Widget>> Success(Call call) =>
        Task.FromResult(ReconciliationResult<Widget>.Success(call.Widget));

    /// <summary>The answers in this order for the object "a", the last one for ever; success for all others.</summary>
    public static Func<Call, CancellationToken, Task<ReconciliationResult<Widget>>> InTurn(
        params Func<Call, ReconciliationResult<Widget>>[] answers)
    {
        var turn = -1;
        return (call, _) => call.Widget.Metadata.Name == "a"
            ? Task.FromResult(answers[Math.Min(Interlocked.Increment(ref turn), answers.Length - 1)](call))
            : Success(call);
    }
}
