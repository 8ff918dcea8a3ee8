using System.Globalization;
using System.Text;

namespace GovernedFinetune.Sandbox.Kubernetes.Schema;

/// <summary>Durations as Go writes them: <c>1h30m</c>, <c>250ms</c>, <c>-1.5h</c>, <c>0</c>.</summary>
internal static class GoDuration
{
    /// <summary>Reads a duration, to 100 ns.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var rest = text.AsSpan();
        var negative = rest.StartsWith("-");
        if (negative || rest.StartsWith("+"))
        {
            rest = rest[1..];
        }

        if (rest.SequenceEqual("0"))
        {
            return true;
        }

        var ticks = 0m;
        if (rest.IsEmpty)
        {
            return false;
        }

        while (!rest.IsEmpty)
        {
            var digits = 0;
            while (digits < rest.Length && (char.IsAsciiDigit(rest[digits]) || rest[digits] == '.'))
            {
                digits++;
            }

            var letters = digits;
            while (letters < rest.Length && !char.IsAsciiDigit(rest[letters]) && rest[letters] != '.')
            {
                letters++;
            }

            if (!decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
                || Unit(rest[digits..letters]) is not { } unit
                || amount > long.MaxValue / 100m / unit * 100m)
            {
                return false;
            }

            ticks += amount * unit;
            rest = rest[letters..];
        }

        // Go's durations are 64 bits of nanoseconds.
        if (ticks > long.MaxValue / 100)
        {
            return false;
        }

        duration = TimeSpan.FromTicks((long)(negative ? -ticks : ticks));
        return true;
    }

    /// <summary>Writes a duration as Go's <c>String</c> does, such as <c>1h30m0s</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero)
        {
            return "0s";
        }

        var text = new StringBuilder(duration < TimeSpan.Zero ? "-" : "");
        var size = duration.Duration();
        if (size < TimeSpan.FromSeconds(1))
        {
            return size < TimeSpan.FromMilliseconds(1)
                ? text.Append(CultureInfo.InvariantCulture, $"{size.TotalMicroseconds:0.###}µs").ToString()
                : text.Append(CultureInfo.InvariantCulture, $"{size.TotalMilliseconds:0.######}ms").ToString();
        }

        var hours = (long)size.TotalHours;
        if (hours > 0)
        {
            _ = text.Append(CultureInfo.InvariantCulture, $"{hours}h");
        }

        if (hours > 0 || size.Minutes > 0)
        {
            _ = text.Append(CultureInfo.InvariantCulture, $"{size.Minutes}m");
        }

        var seconds = size.Seconds + (size.Ticks % TimeSpan.TicksPerSecond / (decimal)TimeSpan.TicksPerSecond);
        return text.Append(CultureInfo.InvariantCulture, $"{seconds:0.#######}s").ToString();
    }

    private static decimal? Unit(ReadOnlySpan<char> name) => name switch
    {
        "ns" => 0.01m,
        "us" or "µs" or "μs" => 10,
        "ms" => TimeSpan.TicksPerMillisecond,
        "s" => TimeSpan.TicksPerSecond,
        "m" => TimeSpan.TicksPerMinute,
        "h" => TimeSpan.TicksPerHour,
        _ => null,
    };
}
