using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Kubernetes.Tables;

/// <summary>Reads the text of a <see cref="JsonPath"/>.</summary>
internal sealed class JsonPathParser
{
    private static readonly string[] Comparisons = ["==", "!=", "<=", ">=", "<", ">"];
    private readonly string _text;
    private int _at;

    private JsonPathParser(string text) => _text = text;

    private bool AtEnd => _at >= _text.Length;

    private char Current => AtEnd ? '\0' : _text[_at];

    /// <exception cref="FormatException">The path is malformed or uses what is not implemented.</exception>
    public static IReadOnlyList<IReadOnlyList<JsonPath.IStep>> Parse(string source)
    {
        var text = source.StartsWith('{') && source.EndsWith('}') ? source[1..^1] : source;
        var parser = new JsonPathParser(text);
        var paths = new List<IReadOnlyList<JsonPath.IStep>>();
        do
        {
            parser.Skip("$");
            paths.Add(parser.Steps(inFilter: false));
        }
        while (parser.Skip(","));

        return parser.AtEnd ? paths : throw parser.Error($"unexpected '{parser.Current}'");
    }

    private List<JsonPath.IStep> Steps(bool inFilter)
    {
        var steps = new List<JsonPath.IStep>();
        while (!AtEnd && Current is '.' or '[')
        {
            if (Skip(".."))
            {
                steps.Add(new JsonPath.Deep(Name()));
            }
            else if (Skip("."))
            {
                if (Skip("*"))
                {
                    steps.Add(new JsonPath.Every());
                }
                else if (Current != '[' && !(AtEnd && steps.Count == 0))
                {
                    steps.Add(new JsonPath.Member(Name()));
                }
            }
            else
            {
                _at++;
                steps.Add(Bracket());
                Expect("]");
            }
        }

        if (steps.Count == 0 && !inFilter && !AtEnd && Current != ',')
        {
            throw Error("a path starts with '.'");
        }

        return steps;
    }

    private JsonPath.IStep Bracket()
    {
        if (Skip("*"))
        {
            return new JsonPath.Every();
        }

        if (Skip("?("))
        {
            var holds = Alternatives();
            Expect(")");
            return new JsonPath.Filter(holds);
        }

        if (Current is '\'' or '"')
        {
            return new JsonPath.Member(Quoted());
        }

        var start = _at;
        while (Current is '-' or (>= '0' and <= '9'))
        {
            _at++;
        }

        return int.TryParse(_text.AsSpan(start, _at - start), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index)
            ? new JsonPath.Index(index)
            : throw Error("expected an index, '*', a quoted name or a filter (slices and unions are not implemented)");
    }

    private Func<JsonNode?, bool> Alternatives()
    {
        var all = new List<Func<JsonNode?, bool>>();
        do
        {
            all.Add(Conjunction());
            SkipBlanks();
        }
        while (Skip("||"));

        return node => all.Exists(holds => holds(node));
    }

    private Func<JsonNode?, bool> Conjunction()
    {
        var all = new List<Func<JsonNode?, bool>>();
        do
        {
            all.Add(Comparison());
            SkipBlanks();
        }
        while (Skip("&&"));

        return node => all.TrueForAll(holds => holds(node));
    }

    private Func<JsonNode?, bool> Comparison()
    {
        var left = Operand();
        SkipBlanks();
        if (Array.Find(Comparisons, Skip) is not { } comparison)
        {
            return node => left(node).Any();
        }

        var right = Operand();
        return node => left(node).FirstOrDefault() is var a && right(node).FirstOrDefault() is var b
            && a is not null && b is not null && JsonPath.Compare(a, comparison, b);
    }

    private Func<JsonNode?, IEnumerable<JsonNode?>> Operand()
    {
        SkipBlanks();
        if (Skip("@"))
        {
            var steps = Steps(inFilter: true);
            return node => steps.Aggregate((IEnumerable<JsonNode?>)[node], (found, step) => found.SelectMany(step.Take));
        }

        var value = Literal();
        return _ => [value];
    }

    private JsonValue Literal()
    {
        if (Current is '\'' or '"')
        {
            return JsonValue.Create(Quoted());
        }

        var start = _at;
        while (!AtEnd && (char.IsAsciiLetterOrDigit(Current) || Current is '.' or '-' or '+'))
        {
            _at++;
        }

        var word = _text[start.._at];
        if (word is "true" or "false")
        {
            return JsonValue.Create(word == "true");
        }

        return double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? JsonValue.Create(number)
            : throw Error("expected '@', a quoted text, a number, true or false");
    }

    private string Name()
    {
        var name = new StringBuilder();
        while (!AtEnd && Current is not ('.' or '[' or ']' or ',' or '(' or ')' or ' ' or '=' or '!' or '<' or '>' or '&' or '|' or '{' or '}'))
        {
            if (Current == '\\' && _at + 1 < _text.Length)
            {
                _at++;
            }

            _ = name.Append(_text[_at++]);
        }

        return name.Length > 0 ? name.ToString() : throw Error("expected a name after '.'");
    }

    private string Quoted()
    {
        var quote = _text[_at++];
        var value = new StringBuilder();
        while (!AtEnd && Current != quote)
        {
            if (Current == '\\' && _at + 1 < _text.Length)
            {
                _at++;
            }

            _ = value.Append(_text[_at++]);
        }

        Expect(quote.ToString());
        return value.ToString();
    }

    private bool Skip(string expected)
    {
        if (string.CompareOrdinal(_text, _at, expected, 0, expected.Length) != 0)
        {
            return false;
        }

        _at += expected.Length;
        return true;
    }

    private void SkipBlanks()
    {
        while (Current == ' ')
        {
            _at++;
        }
    }

    private void Expect(string expected)
    {
        if (!Skip(expected))
        {
            throw Error($"expected '{expected}'");
        }
    }

    private FormatException Error(string what) => new($"{what} at position {_at} of '{_text}'");
}
