namespace GovernedFinetune.Sandbox.Kubernetes.Cel;

/// <summary>An expression that cannot be compiled; <see cref="Position"/> counts characters from 0.</summary>
internal sealed class CelCompileException(int position, string message) : Exception(message)
{
    public int Position { get; } = position;
}

/// <summary>An expression that failed while it ran, such as a division by zero or a missing key.</summary>
internal sealed class CelRuntimeException(string message) : Exception(message);

/// <summary>An expression that used up what it may cost.</summary>
internal sealed class CelBudgetException() : Exception("operation cancelled: actual cost limit exceeded");
