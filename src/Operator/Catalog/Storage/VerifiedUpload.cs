using System.Buffers;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using GovernedFinetune.Operator.Cloud.Calls;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Runs.Ports;
using S3Location = GovernedFinetune.Operator.Profiles.S3Location;

namespace GovernedFinetune.Operator.Catalog.Storage;

/// <summary>
/// Copies files from one bucket to another, with other credentials on each side, and lets one appear only when its size
/// and SHA-256 are those that it should have. It holds one part in memory, whatever the size of the file.
/// </summary>
/// <param name="source">S3 as the operator.</param>
/// <param name="target">S3 with vended credentials.</param>
/// <param name="caller">Maps errors.</param>
/// <param name="encryption">How the catalog wants objects encrypted.</param>
internal sealed class VerifiedUpload(IAmazonS3 source, IAmazonS3 target, AwsCaller caller, Encryption? encryption)
{
    /// <summary>A file up to this size is one request; larger ones are sent in parts of it.</summary>
    public const int PartBytes = 8 * 1024 * 1024;

    /// <summary>S3's limit.</summary>
    private const int MostParts = 10_000;

    /// <summary>Short, because a process that is told to stop waits for it.</summary>
    private static readonly TimeSpan AbortTime = TimeSpan.FromSeconds(5);

    /// <summary>Copies one file.</summary>
    /// <exception cref="OperatorException">It is not there, is not what it should be, or cannot be copied.</exception>
    public async Task CopyAsync(S3Location from, S3Location to, ManifestFile file, CancellationToken cancellationToken)
    {
        using var content = await OpenAsync(from, cancellationToken);
        if (content.ContentLength != file.Bytes)
        {
            throw Differs(from, $"has {content.ContentLength} bytes; the manifest says {file.Bytes}");
        }

        var partBytes = PartSizeOf(file);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(partBytes, Math.Max(1, file.Bytes)));
        try
        {
            await (file.Bytes <= partBytes
                ? CopyWholeAsync(from, content.ResponseStream, to, file, buffer, cancellationToken)
                : CopyInPartsAsync(from, content.ResponseStream, to, file, buffer.AsMemory(0, partBytes), cancellationToken));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static int PartSizeOf(ManifestFile file) => (int)Math.Max(PartBytes, (file.Bytes + MostParts - 1) / MostParts);

    private Task<GetObjectResponse> OpenAsync(S3Location from, CancellationToken cancellationToken) =>
        caller.SendAsync(
            new AwsCall("s3:GetObject", from.ToString()),
            async token =>
            {
                try
                {
                    return await source.GetObjectAsync(new GetObjectRequest { BucketName = from.Bucket, Key = from.Key }, token);
                }
                catch (AmazonS3Exception e) when (e.ErrorCode is "NoSuchKey" or "NotFound")
                {
                    throw Differs(from, "does not exist; the manifest names it");
                }
            },
            cancellationToken);

    private async Task CopyWholeAsync(
        S3Location from, Stream content, S3Location to, ManifestFile file, byte[] buffer, CancellationToken cancellationToken)
    {
        var bytes = await FillAsync(from, content, buffer.AsMemory(0, (int)file.Bytes), cancellationToken);
        var digest = SHA256.HashData(buffer.AsSpan(0, bytes));
        Require(from, file, bytes, digest);
        var request = new PutObjectRequest
        {
            BucketName = to.Bucket,
            Key = to.Key,
            InputStream = new MemoryStream(buffer, 0, bytes, writable: false),
            // S3 computes it again over what arrived.
            ChecksumSHA256 = Convert.ToBase64String(digest),
        };
        encryption?.ApplyTo(request);
        await caller.SendAsync(new AwsCall("s3:PutObject", to.ToString()), token => target.PutObjectAsync(request, token), cancellationToken);
    }

    private async Task CopyInPartsAsync(
        S3Location from, Stream content, S3Location to, ManifestFile file, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var start = new InitiateMultipartUploadRequest { BucketName = to.Bucket, Key = to.Key, ChecksumAlgorithm = ChecksumAlgorithm.CRC32 };
        encryption?.ApplyTo(start);
        var put = new AwsCall("s3:PutObject", to.ToString());
        var upload = await caller.SendAsync(put, token => target.InitiateMultipartUploadAsync(start, token), cancellationToken);
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var complete = new CompleteMultipartUploadRequest { BucketName = to.Bucket, Key = to.Key, UploadId = upload.UploadId };
            long total = 0;
            int read;
            for (var number = 1; (read = await FillAsync(from, content, buffer, cancellationToken)) > 0; number++)
            {
                hash.AppendData(buffer.Span[..read]);
                total += read;
                complete.AddPartETagsAndChecksums(await SendPartAsync(put, to, upload.UploadId, number, buffer[..read], cancellationToken));
            }

            Require(from, file, total, hash.GetHashAndReset());
            await caller.SendAsync(put, token => target.CompleteMultipartUploadAsync(complete, token), cancellationToken);
        }
        catch
        {
            await AbortAsync(to, upload.UploadId);
            throw;
        }
    }

    private Task<UploadPartResponse> SendPartAsync(
        AwsCall put, S3Location to, string uploadId, int number, ReadOnlyMemory<byte> part, CancellationToken cancellationToken)
    {
        var request = new UploadPartRequest
        {
            BucketName = to.Bucket,
            Key = to.Key,
            UploadId = uploadId,
            PartNumber = number,
            InputStream = AsStream(part),
            PartSize = part.Length,
            ChecksumAlgorithm = ChecksumAlgorithm.CRC32,
        };
        return caller.SendAsync(put, token => target.UploadPartAsync(request, token), cancellationToken);
    }

    /// <summary>Gives up what was sent, also when the caller has given up; what cannot be given up, the bucket's rule for
    /// unfinished uploads removes.</summary>
    private async Task AbortAsync(S3Location to, string uploadId)
    {
        using var limit = new CancellationTokenSource(AbortTime);
        try
        {
            var request = new AbortMultipartUploadRequest { BucketName = to.Bucket, Key = to.Key, UploadId = uploadId };
            await caller.SendAsync(
                new AwsCall("s3:AbortMultipartUpload", to.ToString()), token => target.AbortMultipartUploadAsync(request, token), limit.Token);
        }
        catch (Exception e) when (e is OperatorException or OperationCanceledException)
        {
            // The failure that led here is the one to report.
        }
    }

    /// <summary>Fills the buffer, or reads to the end.</summary>
    private async Task<int> FillAsync(S3Location from, Stream content, Memory<byte> buffer, CancellationToken cancellationToken) =>
        await caller.SendAsync(
            new AwsCall("s3:GetObject", from.ToString()),
            async token => await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, token),
            cancellationToken);

    private static MemoryStream AsStream(ReadOnlyMemory<byte> part) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(part, out var segment)
            ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false)
            : throw new InvalidOperationException("The buffer is an array.");

    private static void Require(S3Location from, ManifestFile file, long bytes, byte[] digest)
    {
        var actual = Convert.ToHexStringLower(digest);
        if (bytes != file.Bytes || actual != file.Sha256)
        {
            throw Differs(from, $"has {bytes} bytes with SHA-256 {actual}; the manifest says {file.Bytes} bytes with {file.Sha256}");
        }
    }

    private static OperatorException Differs(S3Location from, string how) =>
        OperatorException.Terminal(Reasons.ManifestInvalid, $"{from} {how}. Nothing of it was put into the catalog; the training job has to run again.");
}
