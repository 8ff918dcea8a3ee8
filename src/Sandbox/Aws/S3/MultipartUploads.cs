using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Xml.Linq;
using GovernedFinetune.Sandbox.Aws.Http;

namespace GovernedFinetune.Sandbox.Aws.S3;

/// <summary>Multipart uploads. An upload under way does not outlive the sandbox.</summary>
internal sealed class MultipartUploads(ObjectStore store, TimeProvider clock)
{
    private const long SmallestPart = 5 * 1024 * 1024;
    private const int MostParts = 10_000;

    private readonly ConcurrentDictionary<string, Upload> _uploads = new(StringComparer.Ordinal);

    public Task CreateAsync(AwsRequest request, string bucket, string key)
    {
        request.Describe("CreateMultipartUpload", $"s3://{bucket}/{key}");
        request.Authorize("s3:PutObject", S3Access.Arn(bucket, key));
        _ = store.Get(bucket);
        ObjectOperations.CheckKey(key);
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        _uploads[id] = new Upload(bucket, key, ObjectHeaders.Read(request.Http.Request.Headers));
        return S3Xml.WriteAsync(request, new XElement("InitiateMultipartUploadResult",
            new XElement("Bucket", bucket), new XElement("Key", key), new XElement("UploadId", id)));
    }

    public async Task PutPartAsync(AwsRequest request, string bucket, string key, CancellationToken cancellationToken)
    {
        request.Describe("UploadPart", $"s3://{bucket}/{key}");
        request.Authorize("s3:PutObject", S3Access.Arn(bucket, key));
        var upload = Find(request, bucket, key);
        if (!int.TryParse(request.Target["partNumber"], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > MostParts)
        {
            throw new AwsException(400, "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive");
        }

        var part = await ReceivedBody.FromRequestAsync(request, store.NewReceivedFile(), cancellationToken);
        if (!upload.Replace(number, part))
        {
            part.Dispose();
            throw NoSuchUpload();
        }

        request.Http.Response.Headers.ETag = ETag(part);
        foreach (var (algorithm, value) in part.Checksums)
        {
            request.Http.Response.Headers[Checksums.HeaderPrefix + algorithm] = value;
        }
    }

    public Task ListPartsAsync(AwsRequest request, string bucket, string key)
    {
        request.Describe("ListParts", $"s3://{bucket}/{key}");
        request.Authorize("s3:ListMultipartUploadParts", S3Access.Arn(bucket, key));
        var parts = Find(request, bucket, key).Parts();
        return S3Xml.WriteAsync(request, new XElement("ListPartsResult",
            new XElement("Bucket", bucket), new XElement("Key", key), new XElement("UploadId", request.Target["uploadId"]),
            new XElement("MaxParts", MostParts), new XElement("IsTruncated", "false"),
            parts.Select(p => new XElement("Part",
                new XElement("PartNumber", p.Key), new XElement("ETag", ETag(p.Value)), new XElement("Size", p.Value.Size)))));
    }

    public void Abort(AwsRequest request, string bucket, string key)
    {
        request.Describe("AbortMultipartUpload", $"s3://{bucket}/{key}");
        request.Authorize("s3:AbortMultipartUpload", S3Access.Arn(bucket, key));
        var upload = Find(request, bucket, key);
        _ = _uploads.TryRemove(request.Target["uploadId"]!, out _);
        upload.Close();
        request.Http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    public async Task CompleteAsync(AwsRequest request, string bucket, string key, CancellationToken cancellationToken)
    {
        request.Describe("CompleteMultipartUpload", $"s3://{bucket}/{key}");
        request.Authorize("s3:PutObject", S3Access.Arn(bucket, key));
        var found = store.Get(bucket);
        var upload = Find(request, bucket, key);
        var allow = Preconditions.ForWrite(request);
        using var document = await ReceivedBody.FromRequestAsync(request, store.NewReceivedFile(), cancellationToken);
        var named = (await S3Xml.ReadAsync(request, document, cancellationToken)).Elements("Part").Select(ReadPart).ToList();
        var parts = Select(upload, named);

        var file = store.NewReceivedFile();
        try
        {
            long size = 0;
            await using (var whole = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, useAsync: true))
            {
                foreach (var part in parts)
                {
                    await using var data = new FileStream(part.File, FileMode.Open, FileAccess.Read, FileShare.Read, 1, useAsync: true);
                    await data.CopyToAsync(whole, cancellationToken);
                    size += part.Size;
                }
            }

#pragma warning disable CA5351 // S3's entity tag of an upload is the MD5 of its parts' MD5s.
            var digest = MD5.HashData(parts.SelectMany(p => p.Md5).ToArray());
#pragma warning restore CA5351
            var record = found.Commit(file, key, name => new ObjectRecord
            {
                Key = key,
                DataFile = name,
                Size = size,
                ETag = $"\"{Convert.ToHexStringLower(digest)}-{parts.Count}\"",
                LastModified = clock.GetUtcNow(),
                Headers = upload.Headers,
                Checksums = new Dictionary<string, string>(),
            }, allow);
            _ = _uploads.TryRemove(request.Target["uploadId"]!, out _);
            upload.Close();
            await S3Xml.WriteAsync(request, new XElement("CompleteMultipartUploadResult",
                new XElement("Location", $"/{bucket}/{key}"), new XElement("Bucket", bucket), new XElement("Key", key), new XElement("ETag", record.ETag)));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static (int Number, string ETag) ReadPart(XElement part) =>
        int.TryParse(part.Element("PartNumber")?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && part.Element("ETag") is { } etag
            ? (number, etag.Value)
            : throw S3Xml.Malformed("a Part needs PartNumber and ETag");

    private static List<ReceivedBody> Select(Upload upload, List<(int Number, string ETag)> named)
    {
        if (named.Count == 0)
        {
            throw S3Xml.Malformed("it names no parts");
        }

        var have = upload.Parts();
        var parts = new List<ReceivedBody>();
        for (var i = 0; i < named.Count; i++)
        {
            if (i > 0 && named[i].Number <= named[i - 1].Number)
            {
                throw new AwsException(400, "InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number.");
            }

            if (!have.TryGetValue(named[i].Number, out var part) || !Preconditions.Matches(named[i].ETag, ETag(part)))
            {
                throw new AwsException(400, "InvalidPart",
                    $"One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag: part {named[i].Number}.");
            }

            if (part.Size < SmallestPart && i < named.Count - 1)
            {
                throw new AwsException(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");
            }

            parts.Add(part);
        }

        return parts;
    }

    private Upload Find(AwsRequest request, string bucket, string key) =>
        _uploads.TryGetValue(request.Target["uploadId"] ?? "", out var upload) && upload.Bucket == bucket && upload.Key == key
            ? upload
            : throw NoSuchUpload();

    private static AwsException NoSuchUpload() => new(404, "NoSuchUpload",
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.");

    private static string ETag(ReceivedBody part) => $"\"{Convert.ToHexStringLower(part.Md5)}\"";

    private sealed class Upload(string bucket, string key, IReadOnlyDictionary<string, string> headers)
    {
        private readonly Lock _gate = new();
        private readonly SortedDictionary<int, ReceivedBody> _parts = [];
        private bool _closed;

        public string Bucket => bucket;

        public string Key => key;

        public IReadOnlyDictionary<string, string> Headers => headers;

        public SortedDictionary<int, ReceivedBody> Parts()
        {
            lock (_gate)
            {
                return new SortedDictionary<int, ReceivedBody>(_parts);
            }
        }

        /// <summary>Takes a part; false when the upload was completed or aborted meanwhile.</summary>
        public bool Replace(int number, ReceivedBody part)
        {
            lock (_gate)
            {
                if (_closed)
                {
                    return false;
                }

                if (_parts.TryGetValue(number, out var previous))
                {
                    previous.Dispose();
                }

                _parts[number] = part;
                return true;
            }
        }

        public void Close()
        {
            lock (_gate)
            {
                _closed = true;
                foreach (var part in _parts.Values)
                {
                    part.Dispose();
                }

                _parts.Clear();
            }
        }
    }
}
