using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using GovernedFinetune.Operator.Cloud.Calls;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Runs.Ports;
using S3Location = GovernedFinetune.Operator.Profiles.S3Location;

namespace GovernedFinetune.Operator.Cloud.Storage;

/// <summary>The operator's own bucket on S3.</summary>
internal sealed class ArtifactStore(IAmazonS3 s3, AwsCaller caller) : IArtifactStore
{
    private const int Buffer = 64 * 1024;

    /// <inheritdoc />
    public Task PutAsync(S3Location location, ReadOnlyMemory<byte> content, string contentType, CancellationToken cancellationToken) =>
        caller.SendAsync(
            new AwsCall("s3:PutObject", location.ToString()),
            token => s3.PutObjectAsync(Request(location, content, contentType), token),
            cancellationToken);

    /// <inheritdoc />
    public async Task<bool> PutNewAsync(S3Location location, ReadOnlyMemory<byte> content, string contentType, CancellationToken cancellationToken)
    {
        var written = await caller.SendAsync(
            new AwsCall("s3:PutObject", location.ToString()),
            async token =>
            {
                try
                {
                    var request = Request(location, content, contentType);
                    request.IfNoneMatch = "*";
                    await s3.PutObjectAsync(request, token);
                    return true;
                }
                catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.PreconditionFailed)
                {
                    return false;
                }
            },
            cancellationToken);

        // The SDK tries again after a lost answer, and is then refused because of what its own first try wrote.
        return written || await HoldsAsync(location, content, cancellationToken);
    }

    /// <inheritdoc />
    public Task<byte[]?> GetAsync(S3Location location, int maxBytes, CancellationToken cancellationToken) =>
        caller.SendAsync(
            new AwsCall("s3:GetObject", location.ToString()),
            async token =>
            {
                try
                {
                    using var response = await s3.GetObjectAsync(new GetObjectRequest { BucketName = location.Bucket, Key = location.Key }, token);
                    return response.ContentLength > maxBytes
                        ? throw TooLarge(location, response.ContentLength, maxBytes)
                        : await ReadAsync(location, response, maxBytes, token);
                }
                catch (AmazonS3Exception e) when (e.ErrorCode is "NoSuchKey" or "NotFound")
                {
                    return null;
                }
            },
            cancellationToken);

    private async Task<bool> HoldsAsync(S3Location location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        try
        {
            return await GetAsync(location, content.Length, cancellationToken) is { } there && content.Span.SequenceEqual(there);
        }
        catch (OperatorException e) when (e.Reason == Reasons.ManifestInvalid)
        {
            // Larger, so not the same.
            return false;
        }
    }

    /// <summary>Reads no more than allowed, whatever the header said.</summary>
    private static async Task<byte[]> ReadAsync(S3Location location, GetObjectResponse response, int maxBytes, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        var buffer = new byte[Buffer];
        int read;
        while ((read = await response.ResponseStream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (content.Length + read > maxBytes)
            {
                throw TooLarge(location, content.Length + read, maxBytes);
            }

            content.Write(buffer, 0, read);
        }

        return content.ToArray();
    }

    private static PutObjectRequest Request(S3Location location, ReadOnlyMemory<byte> content, string contentType) => new()
    {
        BucketName = location.Bucket,
        Key = location.Key,
        ContentType = contentType,
        InputStream = new MemoryStream(content.ToArray(), writable: false),
    };

    private static OperatorException TooLarge(S3Location location, long bytes, int maxBytes) => OperatorException.Terminal(
        Reasons.ManifestInvalid, $"{location} has {bytes} bytes or more; at most {maxBytes} are read.");
}
