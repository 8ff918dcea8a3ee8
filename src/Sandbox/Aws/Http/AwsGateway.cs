using GovernedFinetune.Sandbox.Aws.Signing;
using GovernedFinetune.Sandbox.Hosting;

namespace GovernedFinetune.Sandbox.Aws.Http;

/// <summary>The one door of the account: finds the service, verifies the signature, and writes refusals in the service's words.</summary>
internal sealed class AwsGateway(SandboxContext context, IReadOnlyList<IAwsApi> apis)
{
    private readonly SignatureVerifier _verifier = new(context);

    public async Task ServeAsync(HttpContext http)
    {
        var service = AwsService.Of(http.Request);
        AwsResponses.AddRequestId(http, service);
        try
        {
            var request = await AuthenticateAsync(http, service);
            await apis.First(api => api.Service == service).HandleAsync(request, http.RequestAborted);
        }
        catch (AwsException e) when (!http.Response.HasStarted)
        {
            await AwsResponses.WriteErrorAsync(http, service, e);
        }
        catch (BadHttpRequestException e) when (!http.Response.HasStarted)
        {
            await AwsResponses.WriteErrorAsync(http, service, new AwsException(400, "IncompleteBody", e.Message));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A bug or a broken disk; the client sees what AWS sends for one of its own, with the reason.
            if (http.Response.HasStarted)
            {
                http.Abort();
                return;
            }

            var code = service.Protocol is AwsProtocol.RestXml ? "InternalError" : service.Protocol is AwsProtocol.RestJson ? "InternalServerException" : "InternalFailure";
            await AwsResponses.WriteErrorAsync(http, service, new AwsException(500, code, $"The sandbox failed: {e.GetType().Name}: {e.Message}"));
        }
    }

    private async Task<AwsRequest> AuthenticateAsync(HttpContext http, AwsService service)
    {
        var target = RequestTarget.Of(http);
        if (service == AwsService.S3)
        {
            return new AwsRequest(http, service, target, _verifier.Verify(http, service, target, bodyHash: null)) { Body = default };
        }

        var body = await ReadBodyAsync(http);
        var unsigned = service == AwsService.Sts && http.Request.Headers.Authorization.Count == 0 && Sts.StsApi.MayBeUnsigned(body);
        var signed = unsigned ? null : _verifier.Verify(http, service, target, SigV4.HexHash(body.Span));
        return new AwsRequest(http, service, target, signed) { Body = body };
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpContext http)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await http.Request.Body.ReadAsync(chunk, http.RequestAborted)) > 0)
        {
            if (buffer.Length + read > AwsRequest.MaxBody)
            {
                throw new AwsException(413, "RequestEntityTooLargeException", $"The request is larger than {AwsRequest.MaxBody} bytes.");
            }

            buffer.Write(chunk, 0, read);
        }

        return buffer.ToArray();
    }
}
