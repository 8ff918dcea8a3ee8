using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using GovernedFinetune.Sandbox.Kubernetes.Schema;

namespace GovernedFinetune.Sandbox.Kubernetes.Cel;

/// <summary>Functions on strings. Positions and lengths count code points, as in Go.</summary>
internal static class Texts
{
    private static readonly CelType ListOfText = CelType.ListOf(CelType.String);

    public static IEnumerable<Overload> All =>
    [
        new("size", false, [CelType.String], CelType.Int, (a, b) => Size((string)a[0]!, b)),
        new("size", true, [CelType.String], CelType.Int, (a, b) => Size((string)a[0]!, b)),
        new("size", false, [CelType.Bytes], CelType.Int, (a, _) => (long)((byte[])a[0]!).Length),
        new("size", true, [CelType.Bytes], CelType.Int, (a, _) => (long)((byte[])a[0]!).Length),
        Method("contains", CelType.Bool, (t, o) => t.Contains(o, StringComparison.Ordinal)),
        Method("startsWith", CelType.Bool, (t, o) => t.StartsWith(o, StringComparison.Ordinal)),
        Method("endsWith", CelType.Bool, (t, o) => t.EndsWith(o, StringComparison.Ordinal)),
        new("matches", true, [CelType.String, CelType.String], CelType.Bool, (a, b) => Matches((string)a[0]!, (string)a[1]!, b)),
        new("matches", false, [CelType.String, CelType.String], CelType.Bool, (a, b) => Matches((string)a[0]!, (string)a[1]!, b)),
        new("find", true, [CelType.String, CelType.String], CelType.String, (a, b) => Pattern((string)a[0]!, (string)a[1]!, b).Match((string)a[0]!).Value),
        new("findAll", true, [CelType.String, CelType.String], ListOfText, (a, b) =>
            List(Pattern((string)a[0]!, (string)a[1]!, b).Matches((string)a[0]!).Select(m => m.Value))),
        new("split", true, [CelType.String, CelType.String], ListOfText, (a, b) => Split((string)a[0]!, (string)a[1]!, -1, b)),
        new("split", true, [CelType.String, CelType.String, CelType.Int], ListOfText, (a, b) => Split((string)a[0]!, (string)a[1]!, (long)a[2]!, b)),
        new("join", true, [ListOfText], CelType.String, (a, b) => Join((CelList)a[0]!, "", b)),
        new("join", true, [ListOfText, CelType.String], CelType.String, (a, b) => Join((CelList)a[0]!, (string)a[1]!, b)),
        Method("lowerAscii", t => Ascii(t, char.ToLowerInvariant)),
        Method("upperAscii", t => Ascii(t, char.ToUpperInvariant)),
        Method("trim", t => t.Trim()),
        new("charAt", true, [CelType.String, CelType.Int], CelType.String, (a, b) => Substring((string)a[0]!, (long)a[1]!, (long)a[1]! + 1, b, allowEnd: true)),
        new("substring", true, [CelType.String, CelType.Int], CelType.String, (a, b) => Substring((string)a[0]!, (long)a[1]!, null, b)),
        new("substring", true, [CelType.String, CelType.Int, CelType.Int], CelType.String, (a, b) => Substring((string)a[0]!, (long)a[1]!, (long)a[2]!, b)),
        Method("indexOf", CelType.Int, (t, o) => Position(t, t.IndexOf(o, StringComparison.Ordinal))),
        Method("lastIndexOf", CelType.Int, (t, o) => Position(t, t.LastIndexOf(o, StringComparison.Ordinal))),
        new("replace", true, [CelType.String, CelType.String, CelType.String], CelType.String, (a, b) =>
        {
            var (text, old, with) = ((string)a[0]!, (string)a[1]!, (string)a[2]!);
            b.SpendText(text.Length * (1 + with.Length / Math.Max(1, old.Length)));
            return old.Length == 0 ? throw new CelRuntimeException("replace of an empty text is not implemented") : text.Replace(old, with, StringComparison.Ordinal);
        }),
    ];

    private static Overload Method(string name, CelType result, Func<string, string, object> run) =>
        new(name, true, [CelType.String, CelType.String], result, (a, b) =>
        {
            b.SpendText(((string)a[0]!).Length);
            return run((string)a[0]!, (string)a[1]!);
        });

    private static Overload Method(string name, Func<string, string> run) =>
        new(name, true, [CelType.String], CelType.String, (a, b) =>
        {
            b.SpendText(((string)a[0]!).Length);
            return run((string)a[0]!);
        });

    private static long Size(string text, Budget budget)
    {
        budget.SpendText(text.Length);
        return text.EnumerateRunes().Count();
    }

    private static bool Matches(string text, string pattern, Budget budget) => Pattern(text, pattern, budget).IsMatch(text);

    /// <summary>Compiles a pattern. What a match costs grows with both lengths, as on the real server.</summary>
    private static Regex Pattern(string text, string pattern, Budget budget)
    {
        budget.Spend(Math.Ceiling((text.Length + 1) * 0.1) * Math.Ceiling(pattern.Length * 0.25));
        try
        {
            return Re2.Compile(pattern);
        }
        catch (FormatException e)
        {
            throw new CelRuntimeException(e.Message);
        }
    }

    private static CelList Split(string text, string separator, long limit, Budget budget)
    {
        budget.SpendText(text.Length);
        if (limit == 0)
        {
            return List([]);
        }

        var count = limit < 0 || limit > int.MaxValue ? int.MaxValue : (int)limit;
        return List(separator.Length == 0
            ? text.EnumerateRunes().Select(r => r.ToString())
            : text.Split(separator, count, StringSplitOptions.None));
    }

    private static string Join(CelList items, string separator, Budget budget)
    {
        var texts = items.Select(i => i as string ?? throw new CelRuntimeException("no such overload: join takes a list of strings")).ToList();
        budget.SpendText(texts.Sum(t => t.Length + separator.Length));
        return string.Join(separator, texts);
    }

    private static string Substring(string text, long from, long? to, Budget budget, bool allowEnd = false)
    {
        budget.SpendText(text.Length);
        var runes = text.EnumerateRunes().ToList();
        if (allowEnd && from == runes.Count)
        {
            return "";
        }

        var end = to ?? runes.Count;
        if (from < 0 || end > runes.Count || from > end)
        {
            throw new CelRuntimeException(string.Create(CultureInfo.InvariantCulture, $"index out of range: {from}"));
        }

        var result = new StringBuilder();
        foreach (var rune in runes.Take((int)end).Skip((int)from))
        {
            _ = result.Append(rune.ToString());
        }

        return result.ToString();
    }

    private static long Position(string text, int at) => at < 0 ? -1 : text.AsSpan(0, at).EnumerateRunes().Count();

    private static string Ascii(string text, Func<char, char> change) => string.Create(text.Length, (text, change), static (span, state) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = char.IsAscii(state.text[i]) ? state.change(state.text[i]) : state.text[i];
        }
    });

    private static CelList List(IEnumerable<string> items) => new([.. items], null);

    private static int Count(this SpanRuneEnumerator runes)
    {
        var count = 0;
        foreach (var _ in runes)
        {
            count++;
        }

        return count;
    }
}
