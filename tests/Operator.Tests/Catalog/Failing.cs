using GovernedFinetune.Operator.Failures;

namespace GovernedFinetune.Operator.Tests.Catalog;

internal static class Failing
{
    /// <summary>Runs something that must fail in a certain way and gives the failure.</summary>
    public static async Task<OperatorException> WithAsync(FailureKind kind, string reason, Func<Task> act)
    {
        var failure = await Assert.ThrowsAsync<OperatorException>(act);
        Assert.True((kind, reason) == (failure.Kind, failure.Reason), $"expected {kind} {reason}, got {failure.Kind} {failure.Reason}: {failure.Message}");
        return failure;
    }
}
