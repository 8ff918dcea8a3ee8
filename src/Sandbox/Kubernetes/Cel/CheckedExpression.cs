namespace GovernedFinetune.Sandbox.Kubernetes.Cel;

/// <summary>An expression that is well-typed.</summary>
/// <param name="Expression">Its tree.</param>
/// <param name="Used">The variables that it uses.</param>
/// <param name="Types">The type of every node, by identity.</param>
internal sealed record CheckedExpression(Expression Expression, IReadOnlySet<string> Used, IReadOnlyDictionary<Expression, CelType> Types)
{
    /// <summary>The type of the whole.</summary>
    public CelType Type => Types[Expression];

    /// <summary>The type of a part.</summary>
    public CelType TypeOf(Expression part) => Types[part];
}
