using Microsoft.AspNetCore.Http.Features;

namespace GovernedFinetune.Sandbox.Catalog.Http;

/// <summary>Reads a request's body whole, up to a limit.</summary>
internal static class RequestBody
{
    private const int Limit = 4 << 20;

    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = Limit;
        }

        try
        {
            using var buffer = new MemoryStream();
            await http.Request.Body.CopyToAsync(buffer, http.RequestAborted);
            return buffer.ToArray();
        }
        catch (BadHttpRequestException e)
        {
            throw new ApiError(400, "MALFORMED_REQUEST", $"Could not read the request's body: {e.Message}");
        }
    }
}
