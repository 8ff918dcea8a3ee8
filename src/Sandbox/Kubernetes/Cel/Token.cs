namespace GovernedFinetune.Sandbox.Kubernetes.Cel;

internal enum TokenKind
{
    End,
    Identifier,
    Int,
    Double,
    String,
    Symbol,
}

/// <summary>One word of an expression.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Name, symbol, or the value of a string.</param>
/// <param name="Position">Where it begins.</param>
/// <param name="Value">Value of a number.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Position, object? Value = null);
