using GovernedFinetune.Sandbox.Aws.Http;
using System.Xml.Linq;

namespace GovernedFinetune.Sandbox.Aws.S3;

/// <summary>The operations on one object.</summary>
internal sealed class ObjectOperations(ObjectStore store, TimeProvider clock)
{
    private const int BufferSize = 128 * 1024;
    private const long MaxPut = 5L * 1024 * 1024 * 1024;

    public async Task PutAsync(AwsRequest request, string bucket, string key, CancellationToken cancellationToken)
    {
        request.Describe("PutObject", $"s3://{bucket}/{key}");
        request.Authorize("s3:PutObject", S3Access.Arn(bucket, key));
        var found = store.Get(bucket);
        CheckKey(key);
        if (request.Http.Request.ContentLength is null && request.Header("X-Amz-Decoded-Content-Length") is null)
        {
            throw new AwsException(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");
        }

        var allow = Preconditions.ForWrite(request);
        var headers = ObjectHeaders.Read(request.Http.Request.Headers);
        using var body = await ReceivedBody.FromRequestAsync(request, store.NewReceivedFile(), cancellationToken);
        if (body.Size > MaxPut)
        {
            throw new AwsException(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
        }

        var record = Commit(found, key, body, headers, allow);
        var response = request.Http.Response;
        response.Headers.ETag = record.ETag;
        response.Headers["x-amz-server-side-encryption"] = "AES256";
        foreach (var (algorithm, value) in record.Checksums)
        {
            response.Headers[Checksums.HeaderPrefix + algorithm] = value;
        }
    }

    /// <summary>GetObject and HeadObject.</summary>
    public async Task GetAsync(AwsRequest request, string bucket, string key, bool withBody, CancellationToken cancellationToken)
    {
        request.Describe(withBody ? "GetObject" : "HeadObject", $"s3://{bucket}/{key}");
        request.Authorize("s3:GetObject", S3Access.Arn(bucket, key));
        if (store.Get(bucket).Open(key) is not var (record, data))
        {
            throw S3Access.NoSuchKey(request, bucket, key);
        }

        await using (data)
        {
            var response = request.Http.Response;
            if (Preconditions.NotModified(request, record))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                response.Headers.ETag = record.ETag;
                response.Headers.LastModified = record.LastModified.ToString("R");
                return;
            }

            var range = ByteRange.Read(request.Header("Range"), record.Size);
            ObjectHeaders.Write(record, request, withChecksums: range is null && request.Header("x-amz-checksum-mode") == "ENABLED");
            if (range is { } part)
            {
                response.StatusCode = StatusCodes.Status206PartialContent;
                response.Headers.ContentRange = part.ContentRange(record.Size);
            }

            var (first, length) = range ?? new ByteRange(0, record.Size);
            response.ContentLength = length;
            if (withBody)
            {
                _ = data.Seek(first, SeekOrigin.Begin);
                await CopyAsync(data, response.Body, length, cancellationToken);
            }
        }
    }

    public void Delete(AwsRequest request, string bucket, string key)
    {
        request.Describe("DeleteObject", $"s3://{bucket}/{key}");
        request.Authorize("s3:DeleteObject", S3Access.Arn(bucket, key));
        store.Get(bucket).Delete(key, Preconditions.ForWrite(request));
        request.Http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    public async Task CopyAsync(AwsRequest request, string bucket, string key, string source, CancellationToken cancellationToken)
    {
        request.Describe("CopyObject", $"s3://{bucket}/{key}");
        if (Uri.UnescapeDataString(source).TrimStart('/').Split('/', 2) is not [var fromBucket, { Length: > 0 } fromKey])
        {
            throw new AwsException(400, "InvalidArgument", "Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
        }

        request.Authorize("s3:GetObject", S3Access.Arn(fromBucket, fromKey));
        request.Authorize("s3:PutObject", S3Access.Arn(bucket, key));
        CheckKey(key);
        var to = store.Get(bucket);
        if (store.Get(fromBucket).Open(fromKey) is not var (original, data))
        {
            throw S3Access.NoSuchKey(request, fromBucket, fromKey);
        }

        await using (data)
        {
            if (request.Header("x-amz-copy-source-if-match") is { } ifMatch && !Preconditions.Matches(ifMatch, original.ETag))
            {
                throw new AwsException(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
            }

            var headers = request.Header("x-amz-metadata-directive") == "REPLACE" ? ObjectHeaders.Read(request.Http.Request.Headers) : original.Headers;
            using var body = await ReceivedBody.CopyAsync(data, store.NewReceivedFile(), [.. original.Checksums.Keys.Where(Checksums.IsKnown)], cancellationToken);
            var record = Commit(to, key, body, headers, Preconditions.ForWrite(request));
            await S3Xml.WriteAsync(request, new XElement("CopyObjectResult",
                new XElement("LastModified", AwsResponses.Iso(record.LastModified)),
                new XElement("ETag", record.ETag)));
        }
    }

    /// <exception cref="AwsException">The key is longer than S3 takes (1024 bytes of UTF-8).</exception>
    public static void CheckKey(string key)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(key) > 1024)
        {
            throw new AwsException(400, "KeyTooLongError", "Your key is too long");
        }
    }

    private ObjectRecord Commit(Bucket bucket, string key, ReceivedBody body, IReadOnlyDictionary<string, string> headers, Action<ObjectRecord?> allow) =>
        bucket.Commit(body.File, key, file => new ObjectRecord
        {
            Key = key,
            DataFile = file,
            Size = body.Size,
            ETag = $"\"{Convert.ToHexStringLower(body.Md5)}\"",
            LastModified = clock.GetUtcNow(),
            Headers = headers,
            Checksums = body.Checksums,
        }, allow);

    private static async Task CopyAsync(Stream from, Stream to, long length, CancellationToken cancellationToken)
    {
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (length > 0)
            {
                var read = await from.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, length)), cancellationToken);
                if (read == 0)
                {
                    throw new EndOfStreamException($"An object's file ended {length} bytes early: something else changed the state directory.");
                }

                await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                length -= read;
            }
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
