using System.Globalization;

namespace GovernedFinetune.Sandbox.Kubernetes.Tables;

/// <summary>How long ago, as kubectl shows it: two units at most, and fewer the longer it is.</summary>
internal static class Age
{
    public static string Of(DateTimeOffset then, DateTimeOffset now)
    {
        var age = now - then;
        var seconds = (long)age.TotalSeconds;
        if (seconds < -1)
        {
            return "<invalid>";
        }

        var (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
        return seconds switch
        {
            < 0 => "0s",
            < 120 => Show(seconds, "s", 0, ""),
            < 600 => Show(minutes, "m", seconds % 60, "s"),
            < 10800 => Show(minutes, "m", 0, ""),
            < 28800 => Show(hours, "h", minutes % 60, "m"),
            < 172800 => Show(hours, "h", 0, ""),
            < 691200 => Show(days, "d", hours % 24, "h"),
            < 63072000 => Show(days, "d", 0, ""),
            < 252288000 => Show(days / 365, "y", days % 365, "d"),
            _ => Show(days / 365, "y", 0, ""),
        };
    }

    private static string Show(long major, string majorUnit, long minor, string minorUnit) => minor == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{major}{majorUnit}")
        : string.Create(CultureInfo.InvariantCulture, $"{major}{majorUnit}{minor}{minorUnit}");
}
