namespace GovernedFinetune.Bench.Harness;

/// <summary>Which way a figure is better.</summary>
internal enum Goal
{
    AtMost,
    AtLeast,
}

/// <summary>One thing that was measured, with what was to be reached.</summary>
/// <param name="Name">Name within its measure, in lower case with dots.</param>
/// <param name="Unit">Unit of all values.</param>
/// <param name="Values">One value a repeat; at least one.</param>
internal sealed record Figure(string Name, string Unit, IReadOnlyList<double> Values)
{
    /// <summary>What was to be reached; null for a figure that only explains others.</summary>
    public double? Target { get; init; }

    /// <summary>On which side of the target the figure should be.</summary>
    public Goal Goal { get; init; }

    public double Median
    {
        get
        {
            var sorted = Values.Order().ToArray();
            var middle = sorted.Length / 2;
            return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }
    }

    /// <summary>The median as a part of the target.</summary>
    public double? Ratio => Median / Target;

    /// <summary>Whether the median is on the right side of the target.</summary>
    public bool? Reached => Target is not { } target ? null : Goal == Goal.AtMost ? Median <= target : Median >= target;

    public static Figure Of(string name, string unit, params double[] values) => new(name, unit, values);

    public Figure ToBeAtMost(double target) => this with { Target = target, Goal = Goal.AtMost };

    public Figure ToBeAtLeast(double target) => this with { Target = target, Goal = Goal.AtLeast };
}
