namespace GovernedFinetune.Sandbox.Kubernetes.Cel;

/// <summary>
/// What the rules of one request may still cost. The units are those of the real server: about one for a step, a tenth
/// for a character; ten million for an object, a million for one rule.
/// </summary>
internal sealed class Budget
{
    /// <summary>For all rules of one object together.</summary>
    public const double PerObject = 10_000_000;

    /// <summary>For one rule on one value.</summary>
    public const double PerRule = 1_000_000;

    private readonly CancellationToken _cancellationToken;
    private double _left;
    private double _ruleLeft;

    public Budget(double left, CancellationToken cancellationToken = default)
    {
        _left = left;
        _ruleLeft = PerRule;
        _cancellationToken = cancellationToken;
    }

    /// <summary>Whether the rules of the object, rather than the one that runs, used up what they may cost.</summary>
    public bool IsSpent => _left < 0;

    /// <summary>Begins the next rule.</summary>
    public void BeginRule()
    {
        _cancellationToken.ThrowIfCancellationRequested();
        _ruleLeft = PerRule;
    }

    /// <exception cref="CelBudgetException">Nothing is left.</exception>
    public void Spend(double cost)
    {
        _left -= cost;
        _ruleLeft -= cost;
        if (_left < 0 || _ruleLeft < 0)
        {
            throw new CelBudgetException();
        }
    }

    /// <summary>Spends for walking over a text once.</summary>
    public void SpendText(int length) => Spend(Math.Ceiling(length * 0.1));
}
