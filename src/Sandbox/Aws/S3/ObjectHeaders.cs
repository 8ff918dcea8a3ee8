using GovernedFinetune.Sandbox.Aws.Http;

namespace GovernedFinetune.Sandbox.Aws.S3;

/// <summary>The headers that are kept with an object, and given back with it.</summary>
internal static class ObjectHeaders
{
    private const string UserPrefix = "x-amz-meta-";
    private const int MaxUserMetadata = 2 * 1024;

    private static readonly string[] Kept = ["content-type", "content-encoding", "content-language", "content-disposition", "cache-control", "expires"];

    /// <summary>Reads them from a request that puts an object.</summary>
    /// <exception cref="AwsException">The user metadata is larger than S3 takes (2 KB).</exception>
    public static IReadOnlyDictionary<string, string> Read(IHeaderDictionary request)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in Kept)
        {
            if (request.TryGetValue(name, out var value))
            {
                // aws-chunked says how the body was sent, not what the object is.
                var kept = string.Join(',', value.ToString().Split(',', StringSplitOptions.TrimEntries).Where(v => v != "aws-chunked"));
                if (kept.Length > 0)
                {
                    headers[name] = kept;
                }
            }
        }

        var size = 0;
        foreach (var (name, value) in request)
        {
            if (name.StartsWith(UserPrefix, StringComparison.OrdinalIgnoreCase))
            {
                headers[name.ToLowerInvariant()] = value.ToString();
                size += name.Length - UserPrefix.Length + value.ToString().Length;
            }
        }

        return size <= MaxUserMetadata
            ? headers
            : throw new AwsException(400, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size");
    }

    /// <summary>Writes an object's headers into the answer to a GET or HEAD.</summary>
    public static void Write(ObjectRecord record, AwsRequest request, bool withChecksums)
    {
        var response = request.Http.Response;
        response.ContentType = "binary/octet-stream";
        foreach (var (name, value) in record.Headers)
        {
            response.Headers[name] = value;
        }

        foreach (var name in Kept)
        {
            if (request.Target[$"response-{name}"] is { Length: > 0 } instead)
            {
                response.Headers[name] = instead;
            }
        }

        response.Headers.AcceptRanges = "bytes";
        response.Headers.ETag = record.ETag;
        response.Headers.LastModified = record.LastModified.ToString("R");
        response.Headers["x-amz-server-side-encryption"] = "AES256";
        if (withChecksums)
        {
            foreach (var (algorithm, value) in record.Checksums)
            {
                response.Headers[Checksums.HeaderPrefix + algorithm] = value;
            }
        }
    }
}
