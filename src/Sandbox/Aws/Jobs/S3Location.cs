namespace GovernedFinetune.Sandbox.Aws.Jobs;

/// <summary>An <c>s3://bucket/key</c> URI.</summary>
internal readonly record struct S3Location(string Bucket, string Key)
{
    /// <exception cref="FormatException">The text is not such a URI.</exception>
    public static S3Location Parse(string uri) =>
        uri.StartsWith("s3://", StringComparison.Ordinal) && uri["s3://".Length..].Split('/', 2) is [{ Length: > 0 } bucket, .. var rest]
            ? new S3Location(bucket, rest.Length == 1 ? rest[0] : "")
            : throw new FormatException($"'{uri}' is not an s3://bucket/key URI.");

    /// <summary>The place below this one, taken as a folder.</summary>
    public S3Location Below(string path) => this with { Key = Key.Length == 0 || Key.EndsWith('/') ? Key + path : $"{Key}/{path}" };

    public override string ToString() => $"s3://{Bucket}/{Key}";
}
