namespace GovernedFinetune.Sandbox.Aws.Http;

/// <summary>How a service writes requests, answers and errors.</summary>
internal enum AwsProtocol
{
    /// <summary>S3: REST with XML bodies.</summary>
    RestXml,

    /// <summary>STS: a form in, XML out.</summary>
    Query,

    /// <summary>Secrets Manager and SageMaker: one path, the operation in <c>X-Amz-Target</c>.</summary>
    Json,

    /// <summary>EMR Serverless: REST with JSON bodies.</summary>
    RestJson,
}

/// <summary>A service of the sandbox: the name that clients sign with, and its protocol.</summary>
internal sealed record AwsService(string Name, AwsProtocol Protocol)
{
    public static AwsService S3 { get; } = new("s3", AwsProtocol.RestXml);

    public static AwsService Sts { get; } = new("sts", AwsProtocol.Query);

    public static AwsService Secrets { get; } = new("secretsmanager", AwsProtocol.Json);

    public static AwsService Emr { get; } = new("emr-serverless", AwsProtocol.RestJson);

    public static AwsService SageMaker { get; } = new("sagemaker", AwsProtocol.Json);

    private static readonly AwsService[] All = [S3, Sts, Secrets, Emr, SageMaker];

    /// <summary>The service that signs with this name, or null.</summary>
    public static AwsService? Named(string name) => Array.Find(All, s => s.Name == name);

    /// <summary>
    /// The service that a request is for. A signed one says so in its credential scope; of the unsigned ones, only the
    /// shape tells: a form is STS's, a target header names its service, and anything else is S3's.
    /// </summary>
    public static AwsService Of(HttpRequest request)
    {
        if (Signing.SignedAuthorization.Read(request) is { } signed)
        {
            return Named(signed.Scope.Service) ?? S3;
        }

        var target = request.Headers["X-Amz-Target"].ToString();
        return target.StartsWith("SageMaker.", StringComparison.Ordinal) ? SageMaker
            : target.StartsWith("secretsmanager.", StringComparison.Ordinal) ? Secrets
            : request.HasFormContentType && request.Path == "/" ? Sts
            : S3;
    }
}
