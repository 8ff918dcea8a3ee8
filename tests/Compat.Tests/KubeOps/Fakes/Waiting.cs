namespace GovernedFinetune.Compat.Tests.Operators.Fakes;

internal static class Waiting
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Turns a signal that never comes into a failed test.</summary>
    public static Task<T> Soon<T>(this Task<T> signal) => signal.WaitAsync(Patience);

    /// <inheritdoc cref="Soon{T}"/>
    public static Task Soon(this Task signal) => signal.WaitAsync(Patience);
}
