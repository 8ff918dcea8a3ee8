using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;

namespace GovernedFinetune.Sandbox.Kubernetes.Schema;

/// <summary>
/// Regular expressions with the meaning that Go's RE2 gives them: ASCII classes, <c>$</c> only at the very end, and
/// time linear in the input, so that no pattern can be made to hang the server.
/// </summary>
internal static partial class Re2
{
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

        RepeatLimit.Check(pattern);
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
                i = Escape(pattern, i, inClass, result);
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
            else if (c == '(' && i + 1 < pattern.Length && pattern[i + 1] == '?')
            {
                i = Group(pattern, i, result);
            }
            else
            {
                _ = result.Append(c);
            }
        }

        return result.ToString();
    }

    /// <summary>Translates the escape that begins at <paramref name="at"/>; gives its last position.</summary>
    private static int Escape(string pattern, int at, bool inClass, StringBuilder result)
    {
        if (at + 1 == pattern.Length)
        {
            throw new FormatException("error parsing regexp: trailing backslash at end of expression: ``");
        }

        var c = pattern[at + 1];
        switch (c)
        {
            case 'Q' when !inClass:
                var end = pattern.IndexOf("\\E", at + 2, StringComparison.Ordinal);
                end = end < 0 ? pattern.Length : end;
                _ = result.Append(Regex.Escape(pattern[(at + 2)..end]));
                return Math.Min(end + 1, pattern.Length - 1);
            case 'p' or 'P' when at + 2 < pattern.Length && char.IsAsciiLetterUpper(pattern[at + 2]):
                // One letter needs no braces in RE2.
                _ = result.Append('\\').Append(c).Append('{').Append(pattern[at + 2]).Append('}');
                return at + 2;
            case 'p' or 'P':
                _ = result.Append('\\').Append(c);
                return at + 1;
            case 'x' when at + 2 < pattern.Length && pattern[at + 2] == '{':
                throw new FormatException($"error parsing regexp: the sandbox's API server implements no \\x{{...}}: `{pattern}`");
            case 'C' or (>= '1' and <= '9'):
                throw Invalid(c);
        }

        _ = result.Append((c, inClass) switch
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
            ('D' or 'W' or 'S', true) => throw new FormatException($"error parsing regexp: the sandbox's API server implements no `\\{c}` in a class"),
            ('b' or 'B' or 'A' or 'z', true) => throw Invalid(c),
            ('x' or 'a' or 'f' or 't' or 'n' or 'r' or 'v' or '0' or 'A' or 'b' or 'B' or 'z', _) => $"\\{c}",
            _ when char.IsAsciiLetterOrDigit(c) => throw Invalid(c),
            _ => $"\\{c}",
        });
        return at + 1;
    }

    private static FormatException Invalid(char escaped) => new($"error parsing regexp: invalid escape sequence: `\\{escaped}`");

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

    /// <summary>Translates what stands after <c>(?</c>; gives its last position. .NET gives a meaning to more than RE2 does.</summary>
    private static int Group(string pattern, int at, StringBuilder result)
    {
        var match = GroupStart().Match(pattern, at);
        if (!match.Success)
        {
            throw new FormatException($"error parsing regexp: invalid or unsupported Perl syntax: `{pattern[at..Math.Min(at + 4, pattern.Length)]}`");
        }

        if (match.Value.AsSpan().ContainsAny('m', 'U') && !match.Value.Contains('<', StringComparison.Ordinal))
        {
            throw new FormatException($"error parsing regexp: the sandbox's API server implements the flags i and s only: `{match.Value}`");
        }

        _ = result.Append(match.Value.Replace("(?P<", "(?<", StringComparison.Ordinal));
        return at + match.Length - 1;
    }

    [GeneratedRegex(@"\G\(\?(:|P?<[A-Za-z_][A-Za-z0-9_]*>|[imsU]*(-[imsU]+)?[:)])", RegexOptions.None, 1000)]
    private static partial Regex GroupStart();
}
