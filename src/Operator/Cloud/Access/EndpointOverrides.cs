namespace GovernedFinetune.Operator.Cloud.Access;

/// <summary>
/// Where AWS services are when they are not where AWS has them: <c>AWS_ENDPOINT_URL_&lt;SERVICE&gt;</c>, else
/// <c>AWS_ENDPOINT_URL</c>, unless <c>AWS_IGNORE_CONFIGURED_ENDPOINT_URLS</c> is true. The SDK knows these names too, but
/// forgets them when anything reads its configuration too early; set explicitly they hold (reference aws-api.md, section 12).
/// </summary>
/// <param name="variable">Reads an environment variable.</param>
internal sealed class EndpointOverrides(Func<string, string?> variable)
{
    /// <summary>The overrides of this process.</summary>
    public static EndpointOverrides OfProcess { get; } = new(Environment.GetEnvironmentVariable);

    /// <summary>The endpoint of a service; null means AWS's own.</summary>
    /// <param name="service">The suffix, such as <c>EMR_SERVERLESS</c>.</param>
    public string? Of(string service) =>
        string.Equals(variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), "true", StringComparison.OrdinalIgnoreCase)
            ? null
            : NonEmpty(variable($"AWS_ENDPOINT_URL_{service}")) ?? NonEmpty(variable("AWS_ENDPOINT_URL"));

    private static string? NonEmpty(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();
}
