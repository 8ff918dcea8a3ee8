using System.Security.Cryptography;
using GovernedFinetune.Sandbox.Aws.Iam;
using GovernedFinetune.Sandbox.Aws.Signing;
using GovernedFinetune.Sandbox.Hosting;
using GovernedFinetune.Sandbox.Identity;

namespace GovernedFinetune.Sandbox.Aws.Http;

/// <summary>One request to one service, after its signature was verified.</summary>
internal sealed class AwsRequest(HttpContext http, AwsService service, RequestTarget target, SignedCall? signed)
{
    /// <summary>Bodies of the JSON and form services; S3's are streamed and have no limit.</summary>
    public const int MaxBody = 4 * 1024 * 1024;

    public HttpContext Http => http;

    public AwsService Service => service;

    public RequestTarget Target => target;

    /// <summary>The verified signature; null on the one unsigned call that STS takes.</summary>
    public SignedCall? Signed => signed;

    /// <summary>Who asks.</summary>
    public AwsCredential Caller => signed?.Credential
        ?? throw new InvalidOperationException("The request is unsigned: only AssumeRoleWithWebIdentity may be.");

    /// <summary>The body, of every service but S3.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    public string? Header(string name) => http.Request.Headers.TryGetValue(name, out var value) ? value.ToString() : null;

    /// <summary>Names the call in the request log, before anything can fail.</summary>
    public void Describe(string operation, string resource = "")
    {
        http.Description().Operation = $"{service.Name}:{operation}";
        http.Description().Resource = resource;
    }

    /// <summary>Lets the call go on only when the caller's policy allows it.</summary>
    /// <exception cref="AwsException">It does not; the message names the action and the resource, as AWS's does.</exception>
    public void Authorize(string action, string resource)
    {
        if (!Caller.Policy.Allows(action, resource))
        {
            throw AccessDenied.For(service, Caller, action, resource);
        }
    }

    /// <summary>An id as AWS gives one to each request.</summary>
    public static string NewRequestId() => Guid.NewGuid().ToString("D");

    /// <summary>An id as S3 gives one to each request.</summary>
    public static string NewS3RequestId() => Convert.ToHexString(RandomNumberGenerator.GetBytes(8));
}
