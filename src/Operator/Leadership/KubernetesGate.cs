namespace GovernedFinetune.Operator.Leadership;

/// <summary>
/// In front of the API server: names the replica, and lets nothing be written that the fence does not let pass. Reads may
/// pass, because a replica that stands by reads too; so may the lease itself. What slips through between here and the
/// wire meets a resource version that is out of date.
/// </summary>
internal sealed class KubernetesGate(Fence fence, ReplicaIdentity identity) : DelegatingHandler
{
    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // KubernetesClient 19 does not send what its configuration says.
        _ = request.Headers.Remove("User-Agent");
        _ = request.Headers.TryAddWithoutValidation("User-Agent", identity.UserAgent);

        var path = request.RequestUri!.AbsolutePath;
        if (request.Method == HttpMethod.Get || path.StartsWith("/apis/coordination.k8s.io/", StringComparison.Ordinal))
        {
            return await base.SendAsync(request, cancellationToken);
        }

        using var pass = fence.Pass($"{request.Method} {path}");
        return await base.SendAsync(request, cancellationToken);
    }
}
