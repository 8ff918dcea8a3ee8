namespace GovernedFinetune.Operator.Leadership;

/// <summary>
/// In front of catalogs and clouds: names the replica, and lets no call begin while the fence is closed, reads as well.
/// Whatever goes wrong with a call while the fence is closed is the fence's doing, or as good as.
/// </summary>
internal sealed class OutboundGate(Fence fence, ReplicaIdentity identity, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = $"{request.Method} {request.RequestUri!.GetLeftPart(UriPartial.Path)}";
        using var pass = fence.Pass(call);
        Sign(request);
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        catch (Exception) when (!fence.IsOpen && !cancellationToken.IsCancellationRequested)
        {
            throw fence.Refusal(call);
        }
    }

    /// <summary>Puts this replica before whatever the sender says of itself; AWS's signature does not cover it.</summary>
    private void Sign(HttpRequestMessage request)
    {
        string[] agents = [identity.UserAgent, .. request.Headers.TryGetValues("User-Agent", out var sender) ? sender : []];
        _ = request.Headers.Remove("User-Agent");
        _ = request.Headers.TryAddWithoutValidation("User-Agent", string.Join(' ', agents));
    }
}
