using System.Security.Cryptography;
using GovernedFinetune.Sandbox.Aws.Http;

namespace GovernedFinetune.Sandbox.Aws.Signing;

/// <summary>An S3 body that is verified while it is read: the last read throws when the body is not what was signed.</summary>
internal abstract class PayloadStream : Stream
{
    /// <summary>Headers that came after the body; complete once the body was read to its end.</summary>
    public virtual IReadOnlyDictionary<string, string> Trailers { get; } = new Dictionary<string, string>();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Opens the request's body as its <c>x-amz-content-sha256</c> says it is sent.</summary>
    /// <exception cref="AwsException">The header names a form of body that S3 does not have.</exception>
    public static PayloadStream Open(HttpContext http, SignedCall signed) => signed.PayloadHash switch
    {
        SigV4.UnsignedPayload => new PlainPayload(http.Request.Body, null),
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" or "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" =>
            new ChunkedPayload(http.Request, new ChunkSignatures(signed)),
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => new ChunkedPayload(http.Request, null),
        { Length: 64 } hash => new PlainPayload(http.Request.Body, hash),
        var other => throw new AwsException(400, "InvalidArgument",
            $"x-amz-content-sha256 is '{other}'; it must be UNSIGNED-PAYLOAD, a STREAMING- form without ECDSA, or a SHA-256 in hex."),
    };

    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it asynchronously.");

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>A body sent as it is, with its SHA-256 in the header or unsigned.</summary>
    private sealed class PlainPayload(Stream body, string? expectedHash) : PayloadStream
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await body.ReadAsync(buffer, cancellationToken);
            if (expectedHash is not null)
            {
                _hash.AppendData(buffer.Span[..read]);
                if (read == 0 && buffer.Length > 0 && Convert.ToHexStringLower(_hash.GetCurrentHash()) != expectedHash)
                {
                    throw AuthFailures.For(AwsService.S3, AuthFailure.WrongBody);
                }
            }

            return read;
        }

        protected override void Dispose(bool disposing)
        {
            _hash.Dispose();
            base.Dispose(disposing);
        }
    }
}
