using System.Text.Json;
using GovernedFinetune.Sandbox.Aws.Iam;
using GovernedFinetune.Sandbox.Aws.Jobs;
using GovernedFinetune.Sandbox.Aws.S3;
using GovernedFinetune.Sandbox.Identity;

namespace GovernedFinetune.Sandbox.Aws;

/// <summary>The administrator's routes of the account: what AWS has consoles for, and scripts for jobs.</summary>
internal sealed class AwsAdmin(RoleRegistry roles, ObjectStore store, JobScripts scripts)
{
    public void Map(RouteGroupBuilder admin)
    {
        _ = admin.MapPost("/roles", (RoleBody body) => Try(() => Results.Json(new { arn = CreateRole(body).Arn })));
        _ = admin.MapPost("/access-keys", (AccessKeyBody body) => Try(() =>
        {
            var role = roles.Find(body.Role) ?? throw new FormatException($"role: there is no role '{body.Role}'; create it with POST /_sandbox/roles.");
            var key = roles.IssueAccessKey(role);
            return Results.Json(new { accessKeyId = key.AccessKeyId, secretAccessKey = key.SecretAccessKey, arn = key.Arn });
        }));
        _ = admin.MapPost("/buckets", async (BucketBody body, CancellationToken cancellationToken) =>
        {
            try
            {
                return Results.Json(new { name = (await store.CreateAsync(body.Name, cancellationToken)).Name });
            }
            catch (Http.AwsException e)
            {
                return Results.BadRequest(new { error = $"name: {e.Message}" });
            }
        });
        _ = admin.MapPost("/job-script", (JobScript script) => Try(() =>
        {
            scripts.Add(script);
            return Results.NoContent();
        }));
        _ = admin.MapDelete("/job-script", () =>
        {
            scripts.Clear();
            return Results.NoContent();
        });
    }

    private Role CreateRole(RoleBody body)
    {
        if (body.Name.Length is 0 or > 64 || body.Name.Any(c => !char.IsAsciiLetterOrDigit(c) && !"_+=,.@-".Contains(c, StringComparison.Ordinal)))
        {
            throw new FormatException($"name: '{body.Name}' is not a role's name: 1 to 64 of letters, digits and _+=,.@-");
        }

        // All policies of a role count together, as in IAM.
        var statements = (body.Policies ?? []).SelectMany(p => IamPolicy.Parse(p.GetRawText()).Statements);
        return roles.Put(body.Name, new IamPolicy([.. statements]), body.TrustPolicy is { } trust ? TrustPolicy.Parse(trust) : null);
    }

    private static IResult Try(Func<IResult> act)
    {
        try
        {
            return act();
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return Results.BadRequest(new { error = e.Message });
        }
    }

    private sealed record RoleBody(string Name, IReadOnlyList<JsonElement>? Policies, JsonElement? TrustPolicy);

    private sealed record AccessKeyBody(string Role);

    private sealed record BucketBody(string Name);
}
