using System.Buffers;
using System.Security.Cryptography;
using GovernedFinetune.Sandbox.Aws.Http;
using GovernedFinetune.Sandbox.Aws.Signing;

namespace GovernedFinetune.Sandbox.Aws.S3;

/// <summary>A body that was received whole and is what its sender says it is; it lies in a file until it is committed.</summary>
internal sealed record ReceivedBody(string File, long Size, byte[] Md5, IReadOnlyDictionary<string, string> Checksums) : IDisposable
{
    private const int BufferSize = 128 * 1024;

    /// <summary>Deletes the file, unless it was moved into a bucket.</summary>
    public void Dispose() => System.IO.File.Delete(File);

    /// <summary>Receives the body of a request, verifying its signature, its length and every digest that came with it.</summary>
    /// <exception cref="AwsException">The body is not what its headers say.</exception>
    public static async Task<ReceivedBody> FromRequestAsync(AwsRequest request, string file, CancellationToken cancellationToken)
    {
        await using var payload = PayloadStream.Open(request.Http, request.Signed!);
        var announced = (request.Header("X-Amz-Trailer") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var algorithms = request.Http.Request.Headers.Keys.Concat(announced).Select(S3.Checksums.AlgorithmOf).OfType<string>().Distinct().ToList();
        var body = await CopyAsync(payload, file, algorithms, cancellationToken);
        try
        {
            foreach (var algorithm in algorithms)
            {
                var name = S3.Checksums.HeaderPrefix + algorithm;
                var expected = request.Header(name) ?? payload.Trailers.GetValueOrDefault(name)
                    ?? throw new AwsException(400, "MalformedTrailerError", $"The trailing header {name} was announced in x-amz-trailer and did not come.");
                if (expected != body.Checksums[algorithm])
                {
                    throw new AwsException(400, "BadDigest", $"The {algorithm.ToUpperInvariant()} you specified did not match the calculated checksum.");
                }
            }

            if (request.Header("Content-MD5") is { } md5 && md5 != Convert.ToBase64String(body.Md5))
            {
                throw new AwsException(400, "BadDigest", "The Content-MD5 you specified did not match what we received.");
            }

            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>Copies a stream to a file, with its MD5 and the checksums asked for.</summary>
    public static async Task<ReceivedBody> CopyAsync(Stream source, string file, IReadOnlyList<string> algorithms, CancellationToken cancellationToken)
    {
        var checksums = algorithms.ToDictionary(a => a, S3.Checksums.Start);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
#pragma warning disable CA5351 // An S3 entity tag is an MD5; it is no protection and does not serve as one.
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
#pragma warning restore CA5351
        try
        {
            long size = 0;
            await using (var target = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, useAsync: true))
            {
                int read;
                while ((read = await source.ReadAsync(buffer, cancellationToken)) > 0)
                {
                    await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                    md5.AppendData(buffer, 0, read);
                    foreach (var checksum in checksums.Values)
                    {
                        checksum.Append(buffer.AsSpan(0, read));
                    }

                    size += read;
                }
            }

            return new ReceivedBody(file, size, md5.GetHashAndReset(), checksums.ToDictionary(c => c.Key, c => c.Value.Finish()));
        }
        catch
        {
            System.IO.File.Delete(file);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            foreach (var checksum in checksums.Values)
            {
                checksum.Dispose();
            }
        }
    }
}
