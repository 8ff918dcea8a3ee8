using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using GovernedFinetune.Sandbox.Aws.Http;
using GovernedFinetune.Sandbox.Aws.Json;

namespace GovernedFinetune.Sandbox.Aws.SageMaker;

/// <summary>The last value of each metric that a job's log showed, found with the job's own regular expressions.</summary>
internal sealed class FinalMetrics
{
    // Expressions come from requests: one that backtracks without end must not hold up a job.
    private static readonly TimeSpan MatchLimit = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly List<(string Name, Regex Pattern)> _definitions;
    private readonly SortedDictionary<string, (float Value, DateTimeOffset Time)> _last = new(StringComparer.Ordinal);

    private FinalMetrics(List<(string Name, Regex Pattern)> definitions) => _definitions = definitions;

    /// <exception cref="AwsException">An expression is not one.</exception>
    public static FinalMetrics From(JsonObject? algorithm)
    {
        var definitions = new List<(string, Regex)>();
        foreach (var definition in (algorithm?["MetricDefinitions"] as JsonArray ?? []).Select(d => d!.AsObject()))
        {
            try
            {
                definitions.Add((definition.Text("Name")!, Compile(definition.Text("Regex")!)));
            }
            catch (ArgumentException e)
            {
                throw AwsException.Validation($"Invalid metric regex '{definition.Text("Regex")}' at 'algorithmSpecification.metricDefinitions': {e.Message}");
            }
        }

        return new FinalMetrics(definitions);
    }

    // In time linear in the line where the expression allows it, and with a limit where it does not.
    private static Regex Compile(string expression)
    {
        try
        {
            return new Regex(expression, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, MatchLimit);
        }
        catch (NotSupportedException)
        {
            return new Regex(expression, RegexOptions.CultureInvariant, MatchLimit);
        }
    }

    /// <summary>Looks for every metric in a line of the log. The first group of an expression is the value.</summary>
    public void Read(string line, DateTimeOffset at)
    {
        foreach (var (name, pattern) in _definitions)
        {
            try
            {
                if (pattern.Match(line) is { Success: true, Groups: { Count: > 1 } groups }
                    && float.TryParse(groups[1].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && float.IsFinite(value))
                {
                    Set(name, value, at);
                }
            }
            catch (RegexMatchTimeoutException)
            {
                // As on AWS: a metric that cannot be found is absent.
            }
        }
    }

    public void Set(string name, float value, DateTimeOffset at)
    {
        lock (_gate)
        {
            _last[name] = (value, at);
        }
    }

    /// <summary>The list of a Describe; null while there is nothing in it.</summary>
    public JsonArray? Write()
    {
        lock (_gate)
        {
            return _last.Count == 0 ? null : new JsonArray([.. _last.Select(m => new JsonObject
            {
                ["MetricName"] = m.Key,
                ["Value"] = m.Value.Value,
                ["Timestamp"] = AwsResponses.EpochSeconds(m.Value.Time),
            })]);
        }
    }
}
