using System.Text.RegularExpressions;
using GovernedFinetune.Sandbox.Catalog.Http;

namespace GovernedFinetune.Sandbox.Catalog.Securables;

/// <summary>An S3 location: a bucket and a key prefix without slashes at its ends.</summary>
internal sealed partial record StorageUrl(string Bucket, string Prefix)
{
    /// <exception cref="ApiError">The text is not a plain S3 location.</exception>
    public static StorageUrl Parse(string text, string field)
    {
        var match = Shape().Match(text);
        if (!match.Success)
        {
            throw ApiError.Invalid(field, $"is '{text}'; expected an S3 location such as s3://bucket/folder.");
        }

        var prefix = match.Groups["prefix"].Value.TrimEnd('/');

        // A wildcard would become one in the policy of vended credentials and open more than the location.
        return prefix.Length > 0 && prefix.Split('/').Any(segment => segment is "" or "." or ".." || segment.Any(c => c is '*' or '?' || char.IsControl(c)))
            ? throw ApiError.Invalid(field, $"is '{text}'; empty, '.' and '..' segments, wildcards and control characters are not allowed.")
            : new StorageUrl(match.Groups["bucket"].Value, prefix);
    }

    public StorageUrl Child(string path) => new(Bucket, Prefix.Length == 0 ? path : $"{Prefix}/{path}");

    /// <summary>Whether the other location is this one or lies below it.</summary>
    public bool Covers(StorageUrl other) =>
        Bucket == other.Bucket
        && (Prefix.Length == 0 || other.Prefix == Prefix || other.Prefix.StartsWith(Prefix + "/", StringComparison.Ordinal));

    public bool Overlaps(StorageUrl other) => Covers(other) || other.Covers(this);

    public override string ToString() => Prefix.Length == 0 ? $"s3://{Bucket}" : $"s3://{Bucket}/{Prefix}";

    [GeneratedRegex(@"\As3://(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(/(?<prefix>.*))?\z", RegexOptions.Singleline)]
    private static partial Regex Shape();
}
