namespace GovernedFinetune.Sandbox.Hosting;

/// <summary>The <c>/_sandbox</c> routes that every service has: the fault switch. They take the administrator's token.</summary>
internal static class AdminRoutes
{
    public static RouteGroupBuilder MapSandboxAdmin(this WebApplication app, SandboxContext context)
    {
        var admin = app.MapGroup("/_sandbox");
        _ = admin.AddEndpointFilter(async (call, next) =>
            call.HttpContext.Request.Headers.Authorization == $"Bearer {context.AdminToken}"
                ? await next(call)
                : Results.Json(new { error = "The /_sandbox routes need 'Authorization: Bearer <adminToken>' from endpoints.json." }, statusCode: 401));

        _ = admin.MapPost("/faults", (FaultRule rule) =>
        {
            try
            {
                context.Faults.Add(rule);
                return Results.NoContent();
            }
            catch (ArgumentException e)
            {
                return Results.BadRequest(new { error = $"match: {e.Message}" });
            }
        });
        _ = admin.MapDelete("/faults", () =>
        {
            context.Faults.Clear();
            return Results.NoContent();
        });
        return admin;
    }
}
