namespace GovernedFinetune.Sandbox.Kubernetes.Cel;

/// <summary>Functions on durations and timestamps; timestamps are read in UTC.</summary>
internal static class Times
{
    public static IEnumerable<Overload> All =>
    [
        OfDuration("getHours", d => d.Ticks / TimeSpan.TicksPerHour),
        OfDuration("getMinutes", d => d.Ticks / TimeSpan.TicksPerMinute),
        OfDuration("getSeconds", d => d.Ticks / TimeSpan.TicksPerSecond),
        OfDuration("getMilliseconds", d => d.Ticks / TimeSpan.TicksPerMillisecond),
        OfTimestamp("getFullYear", t => t.Year),
        OfTimestamp("getMonth", t => t.Month - 1),
        OfTimestamp("getDate", t => t.Day),
        OfTimestamp("getDayOfMonth", t => t.Day - 1),
        OfTimestamp("getDayOfWeek", t => (int)t.DayOfWeek),
        OfTimestamp("getDayOfYear", t => t.DayOfYear - 1),
        OfTimestamp("getHours", t => t.Hour),
        OfTimestamp("getMinutes", t => t.Minute),
        OfTimestamp("getSeconds", t => t.Second),
        OfTimestamp("getMilliseconds", t => t.Millisecond),
    ];

    private static Overload OfDuration(string name, Func<TimeSpan, long> read) =>
        new(name, true, [CelType.Duration], CelType.Int, (a, _) => read((TimeSpan)a[0]!));

    private static Overload OfTimestamp(string name, Func<DateTime, long> read) =>
        new(name, true, [CelType.Timestamp], CelType.Int, (a, _) => read(((DateTimeOffset)a[0]!).UtcDateTime));
}
