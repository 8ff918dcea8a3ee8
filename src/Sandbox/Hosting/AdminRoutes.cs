namespace GovernedFinetune.Sandbox.Hosting;

/// <summary>The <c>/_sandbox</c> routes that every service has: the fault switch and outages. They take the administrator's token.</summary>
internal static class AdminRoutes
{
    public static RouteGroupBuilder MapSandboxAdmin(this WebApplication app, SandboxContext context, string service)
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
        _ = admin.MapPut("/outages/{away}", (string away) =>
        {
            if (!Outages.Services.Contains(away) || away == service)
            {
                return Results.BadRequest(new
                {
                    error = $"'{away}' cannot be taken away here; expected one of {string.Join(", ", Outages.Services.Where(s => s != service))}. "
                        + "A service is taken away through another one, which can also bring it back.",
                });
            }

            context.Outages.Begin(away);
            return Results.NoContent();
        });
        _ = admin.MapDelete("/outages", () =>
        {
            context.Outages.End();
            return Results.NoContent();
        });
        return admin;
    }
}
