using System.Globalization;
using System.Text.RegularExpressions;

namespace GovernedFinetune.Entities;

/// <summary>
/// Durations of the API: the part of Go's notation that <see cref="Patterns.Duration"/> admits (<c>1h30m</c>, <c>90s</c>).
/// </summary>
public static partial class KubernetesDuration
{
    /// <summary>Reads a duration.</summary>
    /// <param name="text">Hours, minutes and seconds in this order, each at most once and of at most six digits.</param>
    /// <param name="value">The duration; zero when the text is not one.</param>
    /// <returns>False when the text is null, empty or written otherwise.</returns>
    public static bool TryParse(string? text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        if (string.IsNullOrEmpty(text) || Shape().Match(text) is not { Success: true } match)
        {
            return false;
        }

        value = new TimeSpan(Number(match.Groups[1]), Number(match.Groups[2]), Number(match.Groups[3]));
        return true;
    }

    /// <summary>Reads a duration that the schema has already checked.</summary>
    /// <exception cref="FormatException">The text is not a duration; names the text and what is expected.</exception>
    public static TimeSpan Parse(string? text) => TryParse(text, out var value)
        ? value
        : throw new FormatException(
            $"'{text}' is not a duration: expected hours, minutes and seconds such as 1h30m or 90s");

    /// <summary>Writes a duration so that <see cref="TryParse"/> reads it back; fractions of a second are dropped.</summary>
    /// <param name="value">From zero to 999999 hours.</param>
    /// <exception cref="ArgumentOutOfRangeException">The duration is negative or too long to be written.</exception>
    public static string Format(TimeSpan value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(value, TimeSpan.FromHours(1_000_000));

        var hours = (long)value.TotalHours;
        var text = Part(hours, 'h') + Part(value.Minutes, 'm') + Part(value.Seconds, 's');
        return text.Length == 0 ? "0s" : text;
    }

    private static string Part(long number, char unit) =>
        number == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{number}{unit}");

    private static int Number(Group group) =>
        group.Success ? int.Parse(group.ValueSpan[..^1], NumberStyles.None, CultureInfo.InvariantCulture) : 0;

    // \A and \z: .NET's $ would let a final newline pass.
    [GeneratedRegex(@"\A([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
