using System.Text.RegularExpressions;

namespace GovernedFinetune.Sandbox.Hosting;

/// <summary>A fault to inject into matching requests.</summary>
public sealed record FaultRule
{
    /// <summary><c>kubernetes</c>, <c>catalog</c> or <c>aws</c>; absent means all three.</summary>
    public string? Service { get; init; }

    /// <summary>
    /// A regular expression over <c>"METHOD /path?query X-Amz-Target"</c>, such as <c>^POST / SageMaker\.CreateTrainingJob</c>.
    /// </summary>
    public required string Match { get; init; }

    /// <summary>HTTP status to answer with; absent lets the request through (use it with a latency).</summary>
    public int? Status { get; init; }

    /// <summary>The service's error code, such as <c>ThrottlingException</c>.</summary>
    public string? Code { get; init; }

    /// <summary>Value of <c>Retry-After</c>, in seconds.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>Wait this long before anything else, in milliseconds.</summary>
    public int LatencyMilliseconds { get; init; }

    /// <summary>Let the request take effect, then drop the connection instead of answering.</summary>
    public bool DropAfterEffect { get; init; }

    /// <summary>How many requests the rule hits before it is spent; 0 means all.</summary>
    public int Times { get; init; }
}

/// <summary>The faults in force. Rules are tried in the order they were added; the first that matches is used.</summary>
public sealed class FaultSwitch
{
    private static readonly TimeSpan MatchLimit = TimeSpan.FromMilliseconds(100);
    private readonly Lock _gate = new();
    private readonly List<(FaultRule Rule, Regex Pattern, int Left)> _rules = [];

    /// <summary>Adds a rule.</summary>
    /// <exception cref="ArgumentException">The rule's expression is not a regular expression.</exception>
    public void Add(FaultRule rule)
    {
        var pattern = new Regex(rule.Match, RegexOptions.CultureInvariant, MatchLimit);
        lock (_gate)
        {
            _rules.Add((rule, pattern, rule.Times == 0 ? int.MaxValue : rule.Times));
        }
    }

    /// <summary>Removes every rule.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _rules.Clear();
        }
    }

    /// <summary>Takes the fault, if any, that this request is to suffer.</summary>
    public FaultRule? Take(string service, HttpRequest request)
    {
        lock (_gate)
        {
            if (_rules.Count == 0)
            {
                return null;
            }

            var line = $"{request.Method} {request.Path}{request.QueryString} {request.Headers["X-Amz-Target"]}";
            for (var i = 0; i < _rules.Count; i++)
            {
                var (rule, pattern, left) = _rules[i];
                if (left == 0 || (rule.Service is not null && rule.Service != service) || !pattern.IsMatch(line))
                {
                    continue;
                }

                _rules[i] = (rule, pattern, left - 1);
                return rule;
            }

            return null;
        }
    }
}
