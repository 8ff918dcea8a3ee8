using GovernedFinetune.Sandbox.Catalog.Http;
using GovernedFinetune.Sandbox.Catalog.Securables;
using GovernedFinetune.Sandbox.Hosting;

namespace GovernedFinetune.Sandbox.Catalog.Admin;

/// <summary>
/// What an account console does on the real service, and the sandbox's own switches:
/// <c>POST /_sandbox/service-principals {displayName, applicationId?}</c> answers <c>{applicationId, clientSecret}</c>;
/// <c>DELETE /_sandbox/service-principals/{applicationId}</c>;
/// <c>POST /_sandbox/groups {displayName, members[]}</c>;
/// <c>POST /_sandbox/metastore {externalAccessEnabled, storageRoot, pageSize, ...}</c>, where only what is sent changes.
/// </summary>
internal sealed class SandboxRoutes(CatalogState state)
{
    public void Map(RouteGroupBuilder admin)
    {
        _ = admin.MapPost("/service-principals", (RequestDelegate)(http => RunAsync(http, "sandbox.service-principals.create", AddServicePrincipal)));
        _ = admin.MapDelete("/service-principals/{id}", (RequestDelegate)(http => RunAsync(http, "sandbox.service-principals.delete", _ =>
        {
            var id = (string)http.Request.RouteValues["id"]!;
            return state.Principals.RemoveServicePrincipal(id)
                ? new object()
                : throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", $"Service principal '{id}' does not exist.");
        })));
        _ = admin.MapPost("/groups", (RequestDelegate)(http => RunAsync(http, "sandbox.groups.put", PutGroup)));
        _ = admin.MapPost("/metastore", (RequestDelegate)(http => RunAsync(http, "sandbox.metastore.update", UpdateMetastore)));
    }

    private async Task RunAsync(HttpContext http, string operation, Func<Lazy<JsonBody>, object> handle)
    {
        http.Description().Operation = operation;
        http.Description().Principal = Identity.PrincipalDirectory.Admin;
        try
        {
            var bytes = await RequestBody.ReadAsync(http);
            byte[] answer;
            lock (state.Gate)
            {
                answer = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(handle(new Lazy<JsonBody>(() => JsonBody.Parse(bytes))));
            }

            await Wire.WriteAsync(http, answer);
        }
        catch (ApiError error)
        {
            await ErrorBody.WriteAsync(http, error);
        }
    }

    private object AddServicePrincipal(Lazy<JsonBody> body)
    {
        var id = body.Value.Text("applicationId");
        if (id is not null && !Guid.TryParse(id, out _))
        {
            throw ApiError.Invalid("applicationId", $"is '{id}'; expected a UUID.");
        }

        if (id is not null && state.Principals.TryGet(id, out _))
        {
            throw ApiError.Conflict("Service principal", id);
        }

        var (principal, secret) = state.Principals.AddServicePrincipal(body.Value.RequiredText("displayName"), id);
        return new { applicationId = principal.ApplicationId, clientSecret = secret, displayName = principal.DisplayName };
    }

    private object PutGroup(Lazy<JsonBody> body)
    {
        var members = body.Value.Texts("members");
        if (members.FirstOrDefault(m => state.Principals.Canonical(m) is null) is { } unknown)
        {
            throw ApiError.Invalid("members", $"holds '{unknown}', which is no principal of the account.");
        }

        var group = state.Principals.PutGroup(body.Value.RequiredText("displayName"), members);
        return new { id = group.Id, displayName = group.DisplayName, members = group.Members };
    }

    private object UpdateMetastore(Lazy<JsonBody> parsed)
    {
        var body = parsed.Value;
        var settings = state.Settings;
        var root = body.Text("storageRoot") is { } text ? StorageUrl.Parse(text, "storageRoot") : state.Metastore.StorageRoot;
        var rule = body.Text("lineageRule") is { } named
            ? Enum.TryParse<LineageRule>(named, out var known) && Enum.IsDefined(known)
                ? known
                : throw ApiError.Invalid("lineageRule", $"is '{named}'; expected {string.Join(" or ", Enum.GetNames<LineageRule>())}.")
            : settings.LineageRule;
        var page = Positive(body, "pageSize") ?? settings.PageSize;
        var objects = Positive(body, "externalMetadataLimit") ?? settings.ExternalMetadataLimit;
        var edges = Positive(body, "lineageLimit") ?? settings.LineageLimit;
        var delay = body.Number("grantVisibilityDelaySeconds") is { } seconds
            ? seconds >= 0 ? TimeSpan.FromSeconds(seconds) : throw ApiError.Invalid("grantVisibilityDelaySeconds", "must not be negative.")
            : settings.GrantVisibilityDelay;
        var access = body.Has("externalAccessEnabled") ? body.Flag("externalAccessEnabled") : state.Metastore.ExternalAccessEnabled;
        var empty = body.Has("leadingEmptyPage") ? body.Flag("leadingEmptyPage") : settings.LeadingEmptyPage;
        var expands = body.Has("principalFilterExpandsGroups") ? body.Flag("principalFilterExpandsGroups") : settings.PrincipalFilterExpandsGroups;

        // Everything is read before anything changes, so a bad field changes nothing.
        (state.Metastore.ExternalAccessEnabled, state.Metastore.StorageRoot) = (access, root);
        (settings.LineageRule, settings.PageSize, settings.ExternalMetadataLimit, settings.LineageLimit) = (rule, page, objects, edges);
        (settings.GrantVisibilityDelay, settings.LeadingEmptyPage, settings.PrincipalFilterExpandsGroups) = (delay, empty, expands);
        return new
        {
            metastoreId = state.Metastore.Id,
            externalAccessEnabled = access,
            storageRoot = root.ToString(),
            lineageRule = rule.ToString(),
            pageSize = page,
            externalMetadataLimit = objects,
            lineageLimit = edges,
            grantVisibilityDelaySeconds = (int)delay.TotalSeconds,
            leadingEmptyPage = empty,
            principalFilterExpandsGroups = expands,
        };
    }

    private static int? Positive(JsonBody body, string field) => body.Number(field) is { } number
        ? number > 0 ? number : throw ApiError.Invalid(field, $"is {number}; expected a positive number.")
        : null;
}
