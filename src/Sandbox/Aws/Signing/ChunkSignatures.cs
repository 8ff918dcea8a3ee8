using System.Security.Cryptography;
using System.Text;
using GovernedFinetune.Sandbox.Aws.Http;

namespace GovernedFinetune.Sandbox.Aws.Signing;

/// <summary>
/// The chain of chunk signatures: each is over its own chunk and the signature before it, and starts at the header's
/// (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html, and -trailers for the last link).
/// </summary>
internal sealed class ChunkSignatures(SignedCall signed) : IDisposable
{
    private readonly IncrementalHash _chunk = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private string _previous = signed.Signature;

    public bool ExpectsTrailer => signed.PayloadHash.EndsWith("-TRAILER", StringComparison.Ordinal);

    public void Append(ReadOnlySpan<byte> data) => _chunk.AppendData(data);

    /// <exception cref="AwsException">The chunk just appended does not have this signature.</exception>
    public void EndChunk(string? signature) => Check(
        signature,
        $"{SigV4.Algorithm}-PAYLOAD\n{signed.Time}\n{signed.Scope}\n{_previous}\n{SigV4.EmptyHash}\n{Convert.ToHexStringLower(_chunk.GetHashAndReset())}");

    /// <exception cref="AwsException">The trailing headers do not have this signature.</exception>
    public void EndTrailer(string? signature, IEnumerable<KeyValuePair<string, string>> trailers)
    {
        var text = string.Concat(trailers.Select(t => $"{t.Key}:{t.Value}\n"));
        Check(signature, $"{SigV4.Algorithm}-TRAILER\n{signed.Time}\n{signed.Scope}\n{_previous}\n{SigV4.HexHash(Encoding.UTF8.GetBytes(text))}");
    }

    public void Dispose() => _chunk.Dispose();

    private void Check(string? signature, string stringToSign)
    {
        var expected = SigV4.Sign(signed.SigningKey, stringToSign);
        if (!SigV4.Same(signature ?? "", expected))
        {
            throw AuthFailures.For(AwsService.S3, AuthFailure.WrongSignature);
        }

        _previous = expected;
    }
}
