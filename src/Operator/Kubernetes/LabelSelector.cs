using System.Text.RegularExpressions;

namespace GovernedFinetune.Operator.Kubernetes;

/// <summary>
/// Which objects an installation looks after: a label selector in the form that <c>kubectl -l</c> takes. The API server
/// applies it to watches and lists; it is applied here as well, because an object can lose its label while it waits in a
/// queue.
/// </summary>
public sealed partial class LabelSelector
{
    private readonly IReadOnlyList<Requirement> _requirements;

    private LabelSelector(string? text, IReadOnlyList<Requirement> requirements) => (Text, _requirements) = (text, requirements);

    /// <summary>Selects every object.</summary>
    public static LabelSelector Everything { get; } = new(null, []);

    /// <summary>As it was written, for the API server; null selects everything.</summary>
    public string? Text { get; }

    /// <summary>Reads a selector.</summary>
    /// <param name="text"><c>team=risk,tier in (a, b),!legacy</c>.</param>
    /// <exception cref="FormatException">It is not one. The message quotes the part that cannot be read.</exception>
    public static LabelSelector Parse(string text)
    {
        var requirements = Commas().Split(text).Select(ReadRequirement).ToList();
        return new LabelSelector(text, requirements);
    }

    /// <summary>Whether an object with these labels is selected.</summary>
    public bool Selects(IDictionary<string, string>? labels) => _requirements.All(r => r.Holds(labels));

    private static Requirement ReadRequirement(string text)
    {
        var form = Form().Match(text);
        if (!form.Success)
        {
            throw new FormatException($"'{text.Trim()}' is not a requirement: expected key, !key, key=value, key!=value, key in (a,b) or key notin (a,b)");
        }

        var (key, sign, one, many) = (form.Groups["key"].Value, form.Groups["sign"].Value, form.Groups["value"].Value, form.Groups["values"].Value);
        if (!IsKey(key))
        {
            throw new FormatException($"'{key}' is not a label's name");
        }

        string[] values = sign is "in" or "notin" ? many.Split(',', StringSplitOptions.TrimEntries) : [one];
        if (values.FirstOrDefault(v => !Value().IsMatch(v)) is { } wrong)
        {
            throw new FormatException($"'{wrong}' is not a label's value");
        }

        return sign switch
        {
            "=" or "==" or "in" => new Requirement(key, values, Present: true),
            "!=" or "notin" => new Requirement(key, values, Present: false),
            _ => new Requirement(key, null, Present: form.Groups["not"].Length == 0),
        };
    }

    private static bool IsKey(string key) => key.Split('/') switch
    {
        [var name] => Name().IsMatch(name),
        [{ Length: <= 253 } prefix, var name] => Prefix().IsMatch(prefix) && Name().IsMatch(name),
        _ => false,
    };

    /// <summary>The commas that are not inside brackets.</summary>
    [GeneratedRegex(@",(?![^(]*\))")]
    private static partial Regex Commas();

    [GeneratedRegex(@"\A\s*(?:(?<not>!?)\s*(?<key>[^\s!=()]+)|(?<key>[^\s!=()]+)\s*(?<sign>=|==|!=)\s*(?<value>[^\s!=()]*)|(?<key>[^\s!=()]+)\s+(?<sign>in|notin)\s*\((?<values>[^()]*)\))\s*\z")]
    private static partial Regex Form();

    [GeneratedRegex(@"\A[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?\z")]
    private static partial Regex Name();

    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\z")]
    private static partial Regex Prefix();

    [GeneratedRegex(@"\A([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?\z")]
    private static partial Regex Value();

    /// <param name="Key">The label.</param>
    /// <param name="Values">Its values; null for any.</param>
    /// <param name="Present">Whether it has to have one of them, or must not.</param>
    private sealed record Requirement(string Key, string[]? Values, bool Present)
    {
        public bool Holds(IDictionary<string, string>? labels) =>
            (labels is not null && labels.TryGetValue(Key, out var value) && (Values is null || Values.Contains(value))) == Present;
    }
}
