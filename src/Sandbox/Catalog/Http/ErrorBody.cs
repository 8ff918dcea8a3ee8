using GovernedFinetune.Sandbox.Hosting;

namespace GovernedFinetune.Sandbox.Catalog.Http;

/// <summary>Writes refusals, in every shape that clients of the real service meet.</summary>
internal static class ErrorBody
{
    /// <summary>Fault codes that ask for a body that is not the service's JSON: what a gateway in front of it sends.</summary>
    private const string HtmlPage = "HTML_PAGE";
    private const string PlainText = "PLAIN_TEXT";

    public static Task WriteAsync(HttpContext http, ApiError error)
    {
        http.Description().Error = error.Code;
        http.Response.StatusCode = error.Status;
        if (error.Status == 401)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer realm=\"DatabricksRealm\"";
        }

        return Wire.WriteAsync(http, Body(error));
    }

    /// <summary>Writes what the fault switch asks for.</summary>
    public static Task WriteFaultAsync(HttpContext http, int status, string code, string message)
    {
        http.Response.StatusCode = status;
        if (code is HtmlPage)
        {
            http.Response.ContentType = "text/html";
            return http.Response.WriteAsync($"<html><head><title>{status}</title></head><body><pre>{message}</pre></body></html>");
        }

        if (code is PlainText)
        {
            http.Response.ContentType = "text/plain";
            return http.Response.WriteAsync($"UNAVAILABLE: {message}");
        }

        return http.Request.Path.StartsWithSegments("/oidc", StringComparison.Ordinal)
            ? Wire.WriteAsync(http, new { error = code, error_description = message })
            : Wire.WriteAsync(http, Body(new ApiError(status, code, message)));
    }

    private static Dictionary<string, object> Body(ApiError error)
    {
        List<object> details =
        [
            new Dictionary<string, object>
            {
                ["@type"] = "type.googleapis.com/google.rpc.ErrorInfo",
                ["reason"] = error.Reason,
                ["domain"] = "unity-catalog.databricks.com",
                ["metadata"] = error.Metadata,
            },
            new Dictionary<string, object>
            {
                ["@type"] = "type.googleapis.com/google.rpc.RequestInfo",
                ["request_id"] = Guid.NewGuid().ToString(),
                ["serving_data"] = "",
            },
        ];
        if (error.Field is { } field)
        {
            details.Add(new Dictionary<string, object>
            {
                ["@type"] = "type.googleapis.com/google.rpc.BadRequest",
                ["field_violations"] = new[] { new { field, description = error.Message } },
            });
        }

        return new Dictionary<string, object> { ["error_code"] = error.Code, ["message"] = error.Message, ["details"] = details };
    }
}
