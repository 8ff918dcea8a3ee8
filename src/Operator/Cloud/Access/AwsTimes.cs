namespace GovernedFinetune.Operator.Cloud.Access;

/// <summary>The SDK's times as moments.</summary>
internal static class AwsTimes
{
    /// <summary>A moment; the SDK's times are UTC where they say nothing else.</summary>
    public static DateTimeOffset? Utc(DateTime? time) => time is not { } value ? null : value.Kind == DateTimeKind.Unspecified
        ? new DateTimeOffset(value, TimeSpan.Zero)
        : new DateTimeOffset(value.ToUniversalTime(), TimeSpan.Zero);
}
