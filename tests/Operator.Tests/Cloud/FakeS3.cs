using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Web;
using Amazon.Runtime;
using GovernedFinetune.Operator.Cloud.Access;
using GovernedFinetune.Operator.Cloud.Calls;
using GovernedFinetune.Operator.Profiles;
using Microsoft.Extensions.Time.Testing;

namespace GovernedFinetune.Operator.Tests.Cloud;

/// <summary>As much of S3 as the operator uses, in memory. Keys here are <c>bucket/key</c>.</summary>
internal sealed class FakeS3 : HttpMessageHandler
{
    private readonly ConcurrentDictionary<string, SortedDictionary<int, byte[]>> _uploads = new();
    private AwsClients? _clients;

    public SortedDictionary<string, byte[]> Objects { get; } = new(StringComparer.Ordinal);

    public List<string> Lines { get; } = [];

    /// <summary>Header lines of each request, for what they must hold.</summary>
    public List<string> Headers { get; } = [];

    /// <summary>Access key of each request.</summary>
    public List<string> Keys { get; } = [];

    public int PageSize { get; set; } = 1000;

    /// <summary>Refuses what it is true for.</summary>
    public Func<string, bool> Denies { get; set; } = _ => false;

    public int LargestBody { get; private set; }

    public IEnumerable<string> UnfinishedUploads => _uploads.Keys;

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 24, 10, 0, 0, TimeSpan.Zero));

    public AwsClients Clients => _clients ??= new AwsClients(
        new AwsProfile("eu-central-1", null),
        new EndpointOverrides(name => name == "AWS_ENDPOINT_URL_S3" ? "https://s3.test" : null),
        Clock,
        new FakeAws.Factory(this),
        new BasicAWSCredentials("AKIDOWN", "own-secret"));

    public AwsCaller Caller => field ??= new AwsCaller(new AwsProfile("eu-central-1", null), new ApiRateLimits(Clock));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? [] : Decode(request, await request.Content.ReadAsByteArrayAsync(cancellationToken));
        LargestBody = Math.Max(LargestBody, body.Length);
        var path = Uri.UnescapeDataString(request.RequestUri!.AbsolutePath).TrimStart('/');
        var query = HttpUtility.ParseQueryString(request.RequestUri.Query);
        Lines.Add($"{request.Method} {path}{(query["partNumber"] is { } part ? $" part {part}" : query["uploadId"] is not null ? " upload" : "")}");
        Headers.Add(request.Headers.ToString());
        Keys.Add(request.Headers.GetValues("Authorization").Single().Split("Credential=")[1].Split('/')[0]);
        if (Denies(Lines[^1]))
        {
            return Error(HttpStatusCode.Forbidden, "AccessDenied");
        }

        return (request.Method.Method, query) switch
        {
            ("GET", _) when query["list-type"] == "2" => List(path.TrimEnd('/'), query["prefix"] ?? "", query["continuation-token"]),
            ("GET", _) => Get(path),
            ("POST", _) when request.RequestUri.Query.Contains("uploads", StringComparison.Ordinal) => Start(path),
            ("POST", _) => Complete(path, query["uploadId"]!),
            ("PUT", _) when query["partNumber"] is { } number => PutPart(query["uploadId"]!, int.Parse(number, CultureInfo.InvariantCulture), body),
            ("PUT", _) => Put(request, path, body),
            ("DELETE", _) when query["uploadId"] is { } upload => Abort(upload),
            _ => Error(HttpStatusCode.MethodNotAllowed, "MethodNotAllowed"),
        };
    }

    protected override void Dispose(bool disposing)
    {
        _clients?.Dispose();
        base.Dispose(disposing);
    }

    private HttpResponseMessage Get(string path) => Objects.TryGetValue(path, out var content)
        ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(content), Headers = { ETag = new(ETag(content)) } }
        : Error(HttpStatusCode.NotFound, "NoSuchKey");

    private HttpResponseMessage Put(HttpRequestMessage request, string path, byte[] body)
    {
        if (request.Headers.IfNoneMatch.Count > 0 && Objects.ContainsKey(path))
        {
            return Error(HttpStatusCode.PreconditionFailed, "PreconditionFailed");
        }

        if (request.Headers.TryGetValues("x-amz-checksum-sha256", out var sums) && sums.Single() != Convert.ToBase64String(SHA256.HashData(body)))
        {
            return Error(HttpStatusCode.BadRequest, "BadDigest");
        }

        Objects[path] = body;
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent([]), Headers = { ETag = new(ETag(body)) } };
    }

    private HttpResponseMessage List(string bucket, string prefix, string? after)
    {
        var all = Objects.Where(o => o.Key.StartsWith($"{bucket}/{prefix}", StringComparison.Ordinal)).ToList();
        var page = all.SkipWhile(o => after is not null && string.CompareOrdinal(o.Key, after) <= 0).Take(PageSize).ToList();
        var more = page.Count > 0 && page[^1].Key != all[^1].Key;
        var xml = new StringBuilder("<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">")
            .Append(CultureInfo.InvariantCulture, $"<IsTruncated>{(more ? "true" : "false")}</IsTruncated>");
        if (more)
        {
            xml.Append(CultureInfo.InvariantCulture, $"<NextContinuationToken>{page[^1].Key}</NextContinuationToken>");
        }

        foreach (var (key, content) in page)
        {
            xml.Append(
                CultureInfo.InvariantCulture,
                $"<Contents><Key>{key[(bucket.Length + 1)..]}</Key><ETag>{ETag(content).Replace("\"", "&quot;", StringComparison.Ordinal)}</ETag><Size>{content.Length}</Size></Contents>");
        }

        return Xml(xml.Append("</ListBucketResult>").ToString());
    }

    private HttpResponseMessage Start(string path)
    {
        _uploads[path] = [];
        return Xml($"<InitiateMultipartUploadResult><UploadId>{path}</UploadId></InitiateMultipartUploadResult>");
    }

    private HttpResponseMessage PutPart(string upload, int number, byte[] body)
    {
        _uploads[upload][number] = body;
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent([]), Headers = { ETag = new(ETag(body)) } };
    }

    private HttpResponseMessage Complete(string path, string upload)
    {
        _ = _uploads.TryRemove(upload, out var parts);
        Objects[path] = [.. parts!.Values.SelectMany(p => p)];
        return Xml("<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>");
    }

    private HttpResponseMessage Abort(string upload)
    {
        _ = _uploads.TryRemove(upload, out _);
        return new HttpResponseMessage(HttpStatusCode.NoContent) { Content = new ByteArrayContent([]) };
    }

    /// <summary>Takes the chunks apart in which the SDK sends bodies: size in hex, content, and at the end trailers.</summary>
    private static byte[] Decode(HttpRequestMessage request, byte[] body)
    {
        if (!request.Headers.TryGetValues("X-Amz-Content-SHA256", out var kinds) || !kinds.Single().StartsWith("STREAMING", StringComparison.Ordinal))
        {
            return body;
        }

        var decoded = new MemoryStream();
        for (var at = 0; ;)
        {
            var end = body.AsSpan(at).IndexOf("\r\n"u8) + at;
            var size = int.Parse(Encoding.ASCII.GetString(body, at, end - at).Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (size == 0)
            {
                return decoded.ToArray();
            }

            decoded.Write(body, end + 2, size);
            at = end + 2 + size + 2;
        }
    }

    /// <summary>As of an object that was sent in parts: the SDK takes any other for the MD5 of the content and checks it.</summary>
    private static string ETag(byte[] content) => $"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..32]}-1\"";

    private static HttpResponseMessage Xml(string xml) =>
        new(HttpStatusCode.OK) { Content = new StringContent(xml, Encoding.UTF8, "application/xml") };

    private static HttpResponseMessage Error(HttpStatusCode status, string code) =>
        new(status) { Content = new StringContent($"<Error><Code>{code}</Code><Message>{code} it is</Message></Error>", Encoding.UTF8, "application/xml") };
}
