namespace GovernedFinetune.Sandbox.Aws.Http;

/// <summary>A refusal, in the words of the service that refuses.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="code">The service's error code, such as <c>NoSuchKey</c>.</param>
/// <param name="message">What failed, on which object, why.</param>
internal sealed class AwsException(int status, string code, string message) : Exception(message)
{
    public int Status => status;

    public string Code => code;

    /// <summary>Further elements of S3's error document, such as <c>Key</c>.</summary>
    public IReadOnlyList<(string Name, string Value)> Details { get; init; } = [];

    public static AwsException Validation(string message) => new(400, "ValidationException", message);
}
