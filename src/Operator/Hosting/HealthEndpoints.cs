namespace GovernedFinetune.Operator.Hosting;

/// <summary><c>/healthz</c>: the process answers. <c>/readyz</c>: it does its work.</summary>
public static class HealthEndpoints
{
    /// <summary>Adds both.</summary>
    public static void MapHealth(this WebApplication app)
    {
        _ = app.MapGet("/healthz", () => Results.Text("ok\n"));
        _ = app.MapGet("/readyz", (Readiness readiness) => readiness.Obstacle() is { } obstacle
            ? Results.Text(obstacle + "\n", statusCode: StatusCodes.Status503ServiceUnavailable)
            : Results.Text("ok\n"));
    }
}
