namespace GovernedFinetune.Sandbox.Kubernetes.Cel.Cost;

/// <summary>How many characters, bytes, items or entries a value has, at least and at most.</summary>
/// <param name="Min">The least.</param>
/// <param name="Max">The most; <see cref="ulong.MaxValue"/> when nothing bounds it.</param>
internal readonly record struct Size(ulong Min, ulong Max)
{
    public static readonly Size Unknown = new(0, ulong.MaxValue);

    public static Size Exactly(ulong size) => new(size, size);

    /// <summary>The size of one after the other.</summary>
    public Size Plus(Size other) => new(Costs.Add(Min, other.Min), Costs.Add(Max, other.Max));

    public Size Times(Size other) => new(Costs.Multiply(Min, other.Min), Costs.Multiply(Max, other.Max));

    /// <summary>The size of either.</summary>
    public Size Or(Size other) => new(Math.Min(Min, other.Min), Math.Max(Max, other.Max));

    /// <summary>What it costs at most to walk over the value, at <paramref name="factor"/> a character.</summary>
    public ulong Walk(double factor = Costs.Character) => Costs.Scale(Max, factor);
}

/// <summary>The prices of the real server and arithmetic that stops at the largest number instead of running over.</summary>
internal static class Costs
{
    /// <summary>For a character of a string that is walked over.</summary>
    public const double Character = 0.1;

    /// <summary>For a character of a regular expression, per tenth of a character that it is matched with.</summary>
    public const double PatternCharacter = 0.25;

    public const ulong NewList = 10;

    public const ulong NewMap = 30;

    public static ulong Add(ulong left, ulong right) => left > ulong.MaxValue - right ? ulong.MaxValue : left + right;

    public static ulong Multiply(ulong left, ulong right) => right != 0 && left > ulong.MaxValue / right ? ulong.MaxValue : left * right;

    /// <summary>The product, rounded up.</summary>
    public static ulong Scale(ulong cost, double factor)
    {
        var product = Math.Ceiling(cost * factor);
        return product >= ulong.MaxValue ? ulong.MaxValue : (ulong)product;
    }
}
