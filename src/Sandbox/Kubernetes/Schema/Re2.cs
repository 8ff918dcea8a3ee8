using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace GovernedFinetune.Sandbox.Kubernetes.Schema;

/// <summary>
/// Regular expressions with the meaning that Go's RE2 gives them: ASCII classes, <c>$</c> only at the very end, and
/// time linear in the input, so that no pattern can be made to hang the server.
/// </summary>
internal static class Re2
{
    private const int MaximumRepeat = 1000;
    private const int MaximumCached = 1000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);
    private static readonly ConcurrentDictionary<string, Regex> Compiled = new(StringComparer.Ordinal);

    /// <exception cref="FormatException">The pattern is malformed or uses what RE2 has not (look-around, back-references).</exception>
    public static Regex Compile(string pattern)
    {
        if (Compiled.TryGetValue(pattern, out var known))
        {
            return known;
        }

        if (Compiled.Count >= MaximumCached)
        {
            Compiled.Clear();
        }

        try
        {
            return Compiled[pattern] = new Regex(Translate(pattern), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, Limit);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"error parsing regexp: {e.Message}", e);
        }
    }

    private static string Translate(string pattern)
    {
        var result = new StringBuilder(pattern.Length + 16);
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\')
            {
                if (i + 1 == pattern.Length)
                {
                    throw new FormatException("error parsing regexp: trailing backslash at end of expression");
                }

                _ = result.Append(Escape(pattern[++i], inClass));
            }
            else if (inClass)
            {
                var posix = c == '[' && i + 1 < pattern.Length && pattern[i + 1] == ':' ? pattern.IndexOf(":]", i, StringComparison.Ordinal) : -1;
                if (posix > 0)
                {
                    _ = result.Append(Posix(pattern[(i + 2)..posix]));
                    i = posix + 1;
                    continue;
                }

                // .NET reads "-[" in a class as subtraction, RE2 as two characters.
                _ = c == '[' ? result.Append("\\[") : result.Append(c);
                inClass = c != ']';
            }
            else if (c == '[')
            {
                inClass = true;
                _ = result.Append(c);
                if (i + 1 < pattern.Length && pattern[i + 1] == '^')
                {
                    _ = result.Append(pattern[++i]);
                }

                if (i + 1 < pattern.Length && pattern[i + 1] == ']')
                {
                    _ = result.Append("\\]");
                    i++;
                }
            }
            else if (c == '$')
            {
                _ = result.Append("\\z");
            }
            else if (c == '{')
            {
                CheckRepeat(pattern, i);
                _ = result.Append(c);
            }
            else if (c == '(' && string.CompareOrdinal(pattern, i, "(?P<", 0, 4) == 0)
            {
                _ = result.Append("(?<");
                i += 3;
            }
            else
            {
                _ = result.Append(c);
            }
        }

        return result.ToString();
    }

    private static string Escape(char c, bool inClass) => (c, inClass) switch
    {
        ('d', false) => "[0-9]",
        ('D', false) => "[^0-9]",
        ('w', false) => "[0-9A-Za-z_]",
        ('W', false) => "[^0-9A-Za-z_]",
        ('s', false) => "[\\t\\n\\f\\r ]",
        ('S', false) => "[^\\t\\n\\f\\r ]",
        ('d', true) => "0-9",
        ('w', true) => "0-9A-Za-z_",
        ('s', true) => "\\t\\n\\f\\r ",
        ('Q' or 'C' or 'Z' or 'G' or 'k', _) => throw new FormatException($"error parsing regexp: invalid escape sequence: `\\{c}`"),
        ( >= '1' and <= '9', _) => throw new FormatException($"error parsing regexp: invalid escape sequence: `\\{c}`"),
        _ => $"\\{c}",
    };

    private static string Posix(string name) => name switch
    {
        "alnum" => "0-9A-Za-z",
        "alpha" => "A-Za-z",
        "digit" => "0-9",
        "lower" => "a-z",
        "upper" => "A-Z",
        "space" => "\\t\\n\\v\\f\\r ",
        "xdigit" => "0-9A-Fa-f",
        "word" => "0-9A-Za-z_",
        _ => throw new FormatException($"error parsing regexp: invalid character class range: `[:{name}:]`"),
    };

    private static void CheckRepeat(string pattern, int start)
    {
        var end = pattern.IndexOf('}', start);
        if (end < 0)
        {
            return;
        }

        foreach (var bound in pattern[(start + 1)..end].Split(','))
        {
            if (bound.Length > 0
                && bound.All(char.IsAsciiDigit)
                && (!int.TryParse(bound, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count > MaximumRepeat))
            {
                throw new FormatException($"error parsing regexp: invalid repeat count: `{pattern[start..(end + 1)]}`");
            }
        }
    }
}
