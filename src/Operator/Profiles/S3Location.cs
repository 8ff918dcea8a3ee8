using System.Diagnostics.CodeAnalysis;

namespace GovernedFinetune.Operator.Profiles;

/// <summary>A bucket and a key or prefix in it. The text form is <c>s3://bucket/key</c>.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Key">The key or prefix, without slashes at either end; may be empty.</param>
public sealed record S3Location(string Bucket, string Key)
{
    /// <summary>Reads <c>s3://bucket</c> or <c>s3://bucket/key</c>.</summary>
    /// <exception cref="FormatException">The text is not an S3 URI.</exception>
    public static S3Location Parse(string uri) =>
        TryParse(uri, out var location) ? location : throw new FormatException($"'{uri}' is not an S3 URI; expected s3://bucket/prefix.");

    /// <summary>Reads <c>s3://bucket</c> or <c>s3://bucket/key</c>.</summary>
    public static bool TryParse(string? uri, [NotNullWhen(true)] out S3Location? location)
    {
        location = null;
        if (uri is null || !uri.StartsWith("s3://", StringComparison.Ordinal))
        {
            return false;
        }

        var parts = uri["s3://".Length..].Split('/', 2);
        if (parts[0].Length == 0)
        {
            return false;
        }

        location = new S3Location(parts[0], parts.Length == 2 ? parts[1].Trim('/') : "");
        return true;
    }

    /// <summary>A key or prefix below this one.</summary>
    public S3Location Append(string path) => this with { Key = Key.Length == 0 ? path : $"{Key}/{path}" };

    /// <inheritdoc />
    public override string ToString() => Key.Length == 0 ? $"s3://{Bucket}" : $"s3://{Bucket}/{Key}";
}
