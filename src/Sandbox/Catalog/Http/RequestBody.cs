using System.Buffers;

namespace GovernedFinetune.Sandbox.Catalog.Http;

/// <summary>Reads a request's body whole, up to a limit.</summary>
internal static class RequestBody
{
    private const int Limit = 4 << 20;
    private const int Step = 64 << 10;

    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext http)
    {
        var step = ArrayPool<byte>.Shared.Rent(Step);
        try
        {
            // A body that is too large is read to its end and thrown away: Kestrel's own limit closes the connection
            // while the client still sends, and the client may then see a broken pipe instead of the answer.
            using var kept = new MemoryStream();
            var length = 0L;
            int read;
            while ((read = await http.Request.Body.ReadAsync(step, http.RequestAborted)) > 0)
            {
                length += read;
                if (length <= Limit)
                {
                    kept.Write(step, 0, read);
                }
            }

            return length <= Limit
                ? kept.ToArray()
                : throw new ApiError(400, "MALFORMED_REQUEST", $"The request's body has {length} bytes; the limit is {Limit}.");
        }
        catch (BadHttpRequestException e)
        {
            throw new ApiError(400, "MALFORMED_REQUEST", $"Could not read the request's body: {e.Message}");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(step, clearArray: true);
        }
    }
}
