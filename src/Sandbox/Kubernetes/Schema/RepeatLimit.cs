using System.Globalization;

namespace GovernedFinetune.Sandbox.Kubernetes.Schema;

/// <summary>
/// RE2's limit of counted repetitions: nested ones multiply, and nothing is repeated more than a thousand times. Without
/// it a short pattern such as <c>((a{99}){99}){99}</c> would need memory without end.
/// </summary>
internal static class RepeatLimit
{
    private const int Most = 1000;

    /// <exception cref="FormatException">The pattern repeats too often.</exception>
    public static void Check(string pattern)
    {
        // For each open group the most that anything in it is repeated, and the same of what was read last.
        var groups = new Stack<long>([1]);
        var last = 1L;
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '\\':
                    i++;
                    last = 1;
                    break;
                case '[':
                    i = EndOfClass(pattern, i);
                    last = 1;
                    break;
                case '(':
                    groups.Push(1);
                    break;
                case ')' when groups.Count > 1:
                    last = groups.Pop();
                    groups.Push(Math.Max(groups.Pop(), last));
                    break;
                case '{' when Count(pattern, i) is { } count:
                    last *= Math.Max(1, count);
                    if (last > Most)
                    {
                        throw new FormatException($"error parsing regexp: invalid repeat count: `{pattern[i..(pattern.IndexOf('}', i) + 1)]}`");
                    }

                    groups.Push(Math.Max(groups.Pop(), last));
                    i = pattern.IndexOf('}', i);
                    break;
                case '*' or '+' or '?':
                    break;
                default:
                    last = 1;
                    break;
            }
        }
    }

    private static int EndOfClass(string pattern, int start)
    {
        var i = start + 1;
        i += i < pattern.Length && pattern[i] == '^' ? 1 : 0;
        i += i < pattern.Length && pattern[i] == ']' ? 1 : 0;
        for (; i < pattern.Length && pattern[i] != ']'; i++)
        {
            if (pattern[i] == '\\')
            {
                i++;
            }
            else if (pattern[i] == '[' && i + 1 < pattern.Length && pattern[i + 1] == ':' && pattern.IndexOf(":]", i, StringComparison.Ordinal) is > 0 and var end)
            {
                i = end + 1;
            }
        }

        return i;
    }

    /// <summary>The largest count in <c>{n}</c>, <c>{n,}</c> or <c>{n,m}</c>; null when the brace begins none of them.</summary>
    private static long? Count(string pattern, int start)
    {
        var end = pattern.IndexOf('}', start);
        if (end < 0)
        {
            return null;
        }

        var bounds = pattern[(start + 1)..end].Split(',');
        if (bounds.Length > 2 || bounds[0].Length == 0 || !bounds.All(b => b.All(char.IsAsciiDigit)))
        {
            return null;
        }

        return bounds.Max(b => b.Length == 0 ? 0 : int.TryParse(b, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : int.MaxValue);
    }
}
