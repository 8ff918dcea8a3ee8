namespace GovernedFinetune.Operator.Status;

/// <summary>Times as the API stores them: UTC, whole seconds (<c>metav1.Time</c>).</summary>
public static class Times
{
    /// <summary>Cuts a moment to its second.</summary>
    public static DateTime Second(DateTimeOffset moment)
    {
        var utc = moment.UtcDateTime;
        return new DateTime(utc.Ticks - (utc.Ticks % TimeSpan.TicksPerSecond), DateTimeKind.Utc);
    }

    /// <summary>Reads a stored time.</summary>
    public static DateTimeOffset? Moment(DateTime? stored) =>
        stored is { } time ? new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)) : null;
}
