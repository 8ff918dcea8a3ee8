using System.Collections.Concurrent;
using System.Security.Cryptography;
using GovernedFinetune.Sandbox.Aws.Http;
using GovernedFinetune.Sandbox.Aws.Iam;
using GovernedFinetune.Sandbox.Aws.Signing;
using GovernedFinetune.Sandbox.Hosting;
using GovernedFinetune.Sandbox.Identity;

namespace GovernedFinetune.Sandbox.Aws.Jobs;

/// <summary>A job's hold on its execution role: credentials that are renewed while the job lives.</summary>
internal sealed class JobIdentity(Role role, string session, RoleRegistry roles, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private AwsCredential? _current;
    private DateTimeOffset _renewAt;

    /// <summary>What the process shows to the credentials endpoint.</summary>
    public string Token { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));

    public string RoleArn => role.Arn;

    /// <summary>Credentials with at least half of their life before them.</summary>
    public AwsCredential Credential()
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            if (_current is null || now >= _renewAt)
            {
                _current = roles.StartSession(role, session);
                _renewAt = now + ((_current.Expiration!.Value - now) / 2);
            }

            return _current;
        }
    }
}

/// <summary>
/// The endpoint from which a job's SDK gets the role's credentials, as containers have it on AWS
/// (<c>AWS_CONTAINER_CREDENTIALS_FULL_URI</c> and <c>AWS_CONTAINER_AUTHORIZATION_TOKEN</c>).
/// </summary>
internal sealed class JobIdentities(RoleRegistry roles, SandboxContext context)
{
    public const string Route = "/_jobs/{id}/credentials";

    private readonly ConcurrentDictionary<string, JobIdentity> _byId = new(StringComparer.Ordinal);

    public (string Id, JobIdentity Identity) Add(Role role, string session)
    {
        var id = Guid.NewGuid().ToString("N");
        var identity = new JobIdentity(role, session, roles, context.Clock);
        _byId[id] = identity;
        return (id, identity);
    }

    public void Remove(string id) => _byId.TryRemove(id, out _);

    public IResult Serve(HttpContext http, string id)
    {
        http.Description().Operation = "jobs:GetCredentials";
        if (!_byId.TryGetValue(id, out var identity) || !SigV4.Same(http.Request.Headers.Authorization.ToString(), identity.Token))
        {
            http.Description().Error = "AccessDenied";
            return Results.Json(new { code = "AccessDenied", message = "The job is over, or the authorization token is not the job's." }, statusCode: 403);
        }

        var credential = identity.Credential();
        http.Description().Principal = credential.Arn;
        return Results.Json(new Dictionary<string, string?>
        {
            ["AccessKeyId"] = credential.AccessKeyId,
            ["SecretAccessKey"] = credential.SecretAccessKey,
            ["Token"] = credential.SessionToken,
            ["Expiration"] = AwsResponses.Iso(credential.Expiration!.Value),
            ["RoleArn"] = identity.RoleArn,
            ["AccountId"] = context.Options.AccountId,
        });
    }
}
