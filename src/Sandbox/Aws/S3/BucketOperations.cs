using System.Globalization;
using System.Text;
using System.Xml.Linq;
using GovernedFinetune.Sandbox.Aws.Http;

namespace GovernedFinetune.Sandbox.Aws.S3;

/// <summary>The operations on buckets, and those on many keys of one.</summary>
internal sealed class BucketOperations(ObjectStore store, SandboxOptions options)
{
    public Task ListBucketsAsync(AwsRequest request)
    {
        request.Describe("ListBuckets");
        request.Authorize("s3:ListAllMyBuckets", "arn:aws:s3:::*");
        return S3Xml.WriteAsync(request, new XElement("ListAllMyBucketsResult",
            Owner(),
            new XElement("Buckets", store.Buckets.Select(b => new XElement("Bucket",
                new XElement("Name", b.Name),
                new XElement("CreationDate", AwsResponses.Iso(b.Created)))))));
    }

    public async Task CreateAsync(AwsRequest request, string bucket, CancellationToken cancellationToken)
    {
        request.Describe("CreateBucket", $"s3://{bucket}");
        request.Authorize("s3:CreateBucket", S3Access.Arn(bucket));
        _ = await store.CreateAsync(bucket, cancellationToken);
        request.Http.Response.Headers.Location = $"/{bucket}";
    }

    public void Head(AwsRequest request, string bucket)
    {
        request.Describe("HeadBucket", $"s3://{bucket}");
        request.Authorize("s3:ListBucket", S3Access.Arn(bucket));
        _ = store.Get(bucket);
        request.Http.Response.Headers["x-amz-bucket-region"] = options.Region;
    }

    public void Delete(AwsRequest request, string bucket)
    {
        request.Describe("DeleteBucket", $"s3://{bucket}");
        request.Authorize("s3:DeleteBucket", S3Access.Arn(bucket));
        store.Delete(bucket);
        request.Http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    public Task LocationAsync(AwsRequest request, string bucket)
    {
        request.Describe("GetBucketLocation", $"s3://{bucket}");
        request.Authorize("s3:GetBucketLocation", S3Access.Arn(bucket));
        _ = store.Get(bucket);
        return S3Xml.WriteAsync(request, new XElement("LocationConstraint", options.Region == "us-east-1" ? "" : options.Region));
    }

    public Task ListObjectsAsync(AwsRequest request, string bucket)
    {
        var target = request.Target;
        var prefix = target["prefix"] ?? "";
        request.Describe("ListObjectsV2", $"s3://{bucket}/{prefix}");
        S3Access.AuthorizeList(request, bucket, prefix);
        var found = store.Get(bucket);

        var max = MaxKeys(target["max-keys"]);
        var delimiter = target["delimiter"] ?? "";
        var start = target["continuation-token"] is { } token ? ReadToken(token) : new ListingMark(target["start-after"] ?? "", IsPrefix: false);
        var page = max == 0 ? new ListingPage([], [], IsTruncated: false, start) : found.List(prefix, delimiter, start, max);
        var encoding = target["encoding-type"];
        var encode = encoding switch
        {
            null => (Func<string, string>)(key => key),
            "url" => UrlEncode,
            _ => throw new AwsException(400, "InvalidArgument", "Invalid Encoding Method specified in Request") { Details = [("ArgumentName", "encoding-type"), ("ArgumentValue", encoding)] },
        };

        return S3Xml.WriteAsync(request, new XElement("ListBucketResult",
            new XElement("Name", bucket),
            new XElement("Prefix", encode(prefix)),
            Optional("Delimiter", target["delimiter"], encode),
            Optional("StartAfter", target["start-after"], encode),
            Optional("ContinuationToken", target["continuation-token"], t => t),
            page.IsTruncated ? new XElement("NextContinuationToken", WriteToken(page.Last)) : null,
            new XElement("KeyCount", page.Objects.Count + page.Prefixes.Count),
            new XElement("MaxKeys", max),
            Optional("EncodingType", encoding, e => e),
            new XElement("IsTruncated", page.IsTruncated ? "true" : "false"),
            page.Objects.Select(o => new XElement("Contents",
                new XElement("Key", encode(o.Key)),
                new XElement("LastModified", AwsResponses.Iso(o.LastModified)),
                new XElement("ETag", o.ETag),
                o.Checksums.Keys.Select(a => new XElement("ChecksumAlgorithm", a.ToUpperInvariant())),
                new XElement("Size", o.Size),
                new XElement("StorageClass", "STANDARD"))),
            page.Prefixes.Select(p => new XElement("CommonPrefixes", new XElement("Prefix", encode(p))))));
    }

    /// <summary>DeleteObjects: each key is allowed or refused by itself.</summary>
    public async Task DeleteObjectsAsync(AwsRequest request, string bucket, CancellationToken cancellationToken)
    {
        request.Describe("DeleteObjects", $"s3://{bucket}");
        var found = store.Get(bucket);
        using var body = await ReceivedBody.FromRequestAsync(request, store.NewReceivedFile(), cancellationToken);
        var document = await S3Xml.ReadAsync(request, body, cancellationToken);
        var keys = document.Elements("Object").Select(o => o.Element("Key")?.Value ?? throw S3Xml.Malformed("Object has no Key")).ToList();
        if (keys.Count is 0 or > 1000)
        {
            throw S3Xml.Malformed($"Delete names {keys.Count} objects; it takes 1 to 1000");
        }

        var quiet = document.Element("Quiet")?.Value == "true";
        var results = new List<XElement>();
        foreach (var key in keys)
        {
            try
            {
                request.Authorize("s3:DeleteObject", S3Access.Arn(bucket, key));
                found.Delete(key, _ => { });
                if (!quiet)
                {
                    results.Add(new XElement("Deleted", new XElement("Key", key)));
                }
            }
            catch (AwsException e)
            {
                results.Add(new XElement("Error", new XElement("Key", key), new XElement("Code", e.Code), new XElement("Message", e.Message)));
            }
        }

        await S3Xml.WriteAsync(request, new XElement("DeleteResult", results));
    }

    private XElement Owner() => new("Owner", new XElement("ID", options.AccountId), new XElement("DisplayName", "sandbox"));

    private static XElement? Optional(string name, string? value, Func<string, string> encode) =>
        value is null ? null : new XElement(name, encode(value));

    private static int MaxKeys(string? text)
    {
        const int Most = 1000;
        return text is null ? Most
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var max) ? Math.Min(max, Most)
            : throw new AwsException(400, "InvalidArgument", "Provided max-keys not an integer or within integer range")
            {
                Details = [("ArgumentName", "max-keys"), ("ArgumentValue", text)],
            };
    }

    // S3 leaves the slash alone when it encodes keys.
    private static string UrlEncode(string key) => Uri.EscapeDataString(key).Replace("%2F", "/", StringComparison.Ordinal);

    private static string WriteToken(ListingMark mark) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes((mark.IsPrefix ? "p" : "k") + mark.Key));

    private static ListingMark ReadToken(string token)
    {
        var bytes = new byte[token.Length];
        return Convert.TryFromBase64String(token, bytes, out var length)
            && Encoding.UTF8.GetString(bytes, 0, length) is [('p' or 'k') and var kind, .. var key]
            ? new ListingMark(key, kind == 'p')
            : throw new AwsException(400, "InvalidArgument", "The continuation token provided is incorrect")
            {
                Details = [("ArgumentName", "continuation-token")],
            };
    }
}
