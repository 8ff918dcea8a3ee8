using System.Globalization;
using GovernedFinetune.Sandbox.Aws.Http;

namespace GovernedFinetune.Sandbox.Aws.S3;

/// <summary>S3's conditional requests.</summary>
internal static class Preconditions
{
    /// <summary>The condition of a write, to be asked at the moment of the commit.</summary>
    /// <exception cref="AwsException">The header has a form that S3 does not take on writes.</exception>
    public static Action<ObjectRecord?> ForWrite(AwsRequest request)
    {
        var ifNoneMatch = request.Header("If-None-Match");
        var ifMatch = request.Header("If-Match");
        if (ifNoneMatch is not null and not "*")
        {
            throw new AwsException(501, "NotImplemented", "A header you provided implies functionality that is not implemented: If-None-Match takes only '*' on a write.");
        }

        return existing =>
        {
            if (ifNoneMatch is not null && existing is not null)
            {
                throw Failed("If-None-Match");
            }

            if (ifMatch is null)
            {
                return;
            }

            if (existing is null)
            {
                throw new AwsException(404, "NoSuchKey", "The specified key does not exist.");
            }

            if (!Matches(ifMatch, existing.ETag))
            {
                throw Failed("If-Match");
            }
        };
    }

    /// <summary>Applies the conditions of a read (RFC 9110, section 13.2.2); true when the answer is 304 Not Modified.</summary>
    /// <exception cref="AwsException">A condition does not hold.</exception>
    public static bool NotModified(AwsRequest request, ObjectRecord record)
    {
        // HTTP dates have no fractions of a second.
        var modified = DateTimeOffset.FromUnixTimeSeconds(record.LastModified.ToUnixTimeSeconds());
        if (request.Header("If-Match") is { } ifMatch)
        {
            if (!Matches(ifMatch, record.ETag))
            {
                throw Failed("If-Match");
            }
        }
        else if (Date(request, "If-Unmodified-Since") is { } unmodifiedSince && modified > unmodifiedSince)
        {
            throw Failed("If-Unmodified-Since");
        }

        return request.Header("If-None-Match") is { } ifNoneMatch
            ? Matches(ifNoneMatch, record.ETag)
            : Date(request, "If-Modified-Since") is { } modifiedSince && modified <= modifiedSince;
    }

    /// <summary>Whether an entity tag is in a list of them; S3 also takes tags without their quotes.</summary>
    public static bool Matches(string header, string etag) =>
        header.Split(',', StringSplitOptions.TrimEntries).Any(tag => tag == "*" || tag.Trim('"') == etag.Trim('"'));

    private static DateTimeOffset? Date(AwsRequest request, string header) =>
        DateTimeOffset.TryParse(request.Header(header), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;

    private static AwsException Failed(string condition) =>
        new(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold") { Details = [("Condition", condition)] };
}
