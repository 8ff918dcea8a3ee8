using System.Globalization;
using GovernedFinetune.Sandbox.Kubernetes.Schema;

namespace GovernedFinetune.Sandbox.Kubernetes.Cel.Cost;

/// <summary>
/// Adds up what the rules of one schema are estimated to cost, and refuses what is over the real server's limits.
/// Source: the validation of CustomResourceDefinitions in k8s.io/apiextensions-apiserver.
/// </summary>
internal sealed class CostLedger(ICollection<FieldError> errors)
{
    /// <summary>For one expression, times how often its value may occur in an object.</summary>
    public const ulong PerRule = 10_000_000;

    /// <summary>For all expressions of a schema.</summary>
    public const ulong PerSchema = 100_000_000;

    private const int Blamed = 4;

    private readonly List<RuleCost> _rules = [];

    /// <summary>Every expression that was estimated.</summary>
    public IReadOnlyList<RuleCost> Rules => _rules;

    /// <summary>What they cost together.</summary>
    public ulong Total => _rules.Aggregate(0UL, (sum, rule) => Costs.Add(sum, rule.Cost));

    /// <summary>Enters one expression.</summary>
    /// <param name="path">Its field in the schema.</param>
    /// <param name="what"><c>rule</c> or <c>messageExpression</c>.</param>
    /// <param name="cost">Its cost, times its cardinality.</param>
    public void Enter(FieldPath path, string what, ulong cost)
    {
        _rules.Add(new RuleCost(path.ToString(), cost));
        if (cost > PerRule)
        {
            errors.Add(FieldError.Forbidden(path.ToString(), Exceeded($"estimated {what} cost", cost, PerRule)));
        }
    }

    /// <summary>Judges the total, once all expressions are entered.</summary>
    /// <param name="schema">Field of the schema.</param>
    public void Close(FieldPath schema)
    {
        var total = Total;
        if (total <= PerSchema)
        {
            return;
        }

        foreach (var rule in _rules.Where(r => r.Cost >= PerSchema / 100).OrderByDescending(r => r.Cost).Take(Blamed))
        {
            errors.Add(FieldError.Forbidden(rule.Field, "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema"));
        }

        errors.Add(FieldError.Forbidden(schema.ToString(), Exceeded("x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema", total, PerSchema)));
    }

    private static string Exceeded(string name, ulong cost, ulong limit)
    {
        var times = (double)cost / limit;
        // Beyond a hundred the number says nothing more: the rule is quadratic, or something has no limit at all.
        var factor = times switch
        {
            > 100 => "more than 100x",
            < 1.5 => string.Create(CultureInfo.InvariantCulture, $"{times:F6}x"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{times:F1}x"),
        };
        return $"{name} exceeds budget by factor of {factor} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)";
    }
}

/// <summary>What one expression costs at most in one object.</summary>
internal sealed record RuleCost(string Field, ulong Cost);
