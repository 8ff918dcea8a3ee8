using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using GovernedFinetune.Sandbox.Aws.Http;

namespace GovernedFinetune.Sandbox.Aws.Signing;

/// <summary>
/// A body in <c>aws-chunked</c> encoding: <c>size[;chunk-signature=..]\r\n data \r\n</c>, a chunk of size 0, and headers
/// after it. What is read is the data alone.
/// </summary>
internal sealed class ChunkedPayload(HttpRequest request, ChunkSignatures? signatures) : PayloadStream
{
    private const int MaxLine = 8 * 1024;

    private readonly PipeReader _reader = request.BodyReader;
    private readonly Dictionary<string, string> _trailers = new(StringComparer.OrdinalIgnoreCase);
    private long _left;
    private long _total;
    private string? _signature;
    private State _state = State.Header;

    private enum State
    {
        Header,
        Data,
        Done,
    }

    public override IReadOnlyDictionary<string, string> Trailers => _trailers;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0)
        {
            return 0;
        }

        while (_state != State.Done)
        {
            if (_state == State.Header)
            {
                await ReadChunkHeaderAsync(cancellationToken);
            }
            else if (_left > 0)
            {
                return await ReadDataAsync(buffer, cancellationToken);
            }
            else
            {
                await EndChunkAsync(cancellationToken);
            }
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        signatures?.Dispose();
        base.Dispose(disposing);
    }

    private static AwsException Incomplete(string why) => new(400, "IncompleteBody", $"The request body is not well-formed aws-chunked: {why}.");

    private async Task ReadChunkHeaderAsync(CancellationToken cancellationToken)
    {
        var line = await ReadLineAsync(cancellationToken);
        var fields = line.Split(';', 2);
        if (!long.TryParse(fields[0].Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _left) || _left < 0)
        {
            throw Incomplete($"'{fields[0]}' is not the size of a chunk");
        }

        _signature = fields.Length == 2 && fields[1].Split('=', 2) is ["chunk-signature", var signature] ? signature.Trim() : null;
        if (_left > 0)
        {
            _state = State.Data;
            return;
        }

        signatures?.EndChunk(_signature);
        await ReadTrailersAsync(cancellationToken);
        if (request.Headers["X-Amz-Decoded-Content-Length"] is [{ } declared]
            && declared != _total.ToString(CultureInfo.InvariantCulture))
        {
            throw Incomplete($"x-amz-decoded-content-length is {declared}, but {_total} bytes came");
        }

        _state = State.Done;
    }

    private async Task<int> ReadDataAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var result = await _reader.ReadAsync(cancellationToken);
        var take = (int)Math.Min(Math.Min(result.Buffer.Length, _left), buffer.Length);
        if (take == 0)
        {
            throw Incomplete("it ends inside a chunk");
        }

        var data = result.Buffer.Slice(0, take);
        data.CopyTo(buffer.Span);
        _reader.AdvanceTo(data.End);
        signatures?.Append(buffer.Span[..take]);
        _left -= take;
        _total += take;
        return take;
    }

    private async Task EndChunkAsync(CancellationToken cancellationToken)
    {
        signatures?.EndChunk(_signature);
        if ((await ReadLineAsync(cancellationToken)).Length > 0)
        {
            throw Incomplete("a chunk is longer than its size says");
        }

        _state = State.Header;
    }

    private async Task ReadTrailersAsync(CancellationToken cancellationToken)
    {
        string? signature = null;
        while (await ReadLineAsync(cancellationToken, orEnd: true) is { Length: > 0 } line)
        {
            if (line.Split(':', 2) is not [var name, var value])
            {
                throw Incomplete($"'{line}' is not a trailing header");
            }

            if (name.Equals("x-amz-trailer-signature", StringComparison.OrdinalIgnoreCase))
            {
                signature = value.Trim();
            }
            else
            {
                _trailers[name.Trim().ToLowerInvariant()] = value.Trim();
            }
        }

        if (signatures is { ExpectsTrailer: true })
        {
            signatures.EndTrailer(signature, _trailers);
        }
    }

    /// <summary>Reads to the next line end, which is not part of the result.</summary>
    private async Task<string> ReadLineAsync(CancellationToken cancellationToken, bool orEnd = false)
    {
        while (true)
        {
            var result = await _reader.ReadAsync(cancellationToken);
            if (result.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.ASCII.GetString(result.Buffer.Slice(0, end)).TrimEnd('\r');
                _reader.AdvanceTo(result.Buffer.GetPosition(1, end));
                return line;
            }

            var length = result.Buffer.Length;
            _reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            if (length > MaxLine)
            {
                throw Incomplete("a line is too long");
            }

            if (result.IsCompleted)
            {
                return orEnd && length == 0 ? "" : throw Incomplete("it ends inside a line");
            }
        }
    }
}
