namespace GovernedFinetune.Sandbox.Kubernetes.Cel;

/// <summary>A node of an expression's tree.</summary>
/// <param name="Position">Where in the text it stands.</param>
internal abstract record Expression(int Position);

/// <summary>A literal: <c>null</c>, a bool, long, double or string.</summary>
internal sealed record Literal(int Position, object? Value) : Expression(Position);

/// <summary>A variable.</summary>
internal sealed record Identifier(int Position, string Name) : Expression(Position);

/// <summary><c>operand.field</c>, or <c>has(operand.field)</c> when <paramref name="Test"/>.</summary>
internal sealed record Select(int Position, Expression Operand, string Field, bool Test) : Expression(Position);

/// <summary>A function or operator; a method's target is its first argument.</summary>
/// <param name="Position">Where in the text it stands.</param>
/// <param name="Function">Name; operators are <c>_+_</c>, <c>!_</c> and so on.</param>
/// <param name="IsMethod">Whether it is called on a target.</param>
/// <param name="Arguments">Target and arguments.</param>
internal sealed record Call(int Position, string Function, bool IsMethod, IReadOnlyList<Expression> Arguments) : Expression(Position);

/// <summary><c>left &amp;&amp; right</c> or <c>left || right</c>.</summary>
internal sealed record Logical(int Position, bool IsAnd, Expression Left, Expression Right) : Expression(Position);

/// <summary><c>condition ? yes : no</c>.</summary>
internal sealed record Conditional(int Position, Expression Condition, Expression Yes, Expression No) : Expression(Position);

/// <summary><c>[a, b]</c>.</summary>
internal sealed record ListLiteral(int Position, IReadOnlyList<Expression> Items) : Expression(Position);

/// <summary><c>{k: v}</c>.</summary>
internal sealed record MapLiteral(int Position, IReadOnlyList<(Expression Key, Expression Value)> Entries) : Expression(Position);

internal enum MacroKind
{
    All,
    Exists,
    ExistsOne,
    Map,
    Filter,
}

/// <summary><c>range.all(variable, body)</c> and its relatives; <paramref name="Condition"/> only in <c>map(x, condition, body)</c>.</summary>
internal sealed record Macro(int Position, MacroKind Kind, Expression Range, string Variable, Expression? Condition, Expression Body) : Expression(Position);
