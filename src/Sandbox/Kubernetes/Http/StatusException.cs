using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Kubernetes.Http;

/// <summary>One entry of <c>status.details.causes</c>.</summary>
/// <param name="Reason">Such as <c>FieldValueRequired</c>.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Field">Which field, when the cause has one.</param>
internal sealed record StatusCause(string Reason, string Message, string Field);

/// <summary>A refusal, which the client gets as a <c>Status</c> object.</summary>
internal sealed class StatusException(int code, string reason, string message) : Exception(message)
{
    /// <summary>HTTP status.</summary>
    public int Code { get; } = code;

    /// <summary>Machine-readable reason, such as <c>NotFound</c>.</summary>
    public string Reason { get; } = reason;

    /// <summary><c>details.group</c>.</summary>
    public string Group { get; init; } = "";

    /// <summary><c>details.kind</c>: the plural resource name, or the kind for an invalid object.</summary>
    public string Kind { get; init; } = "";

    /// <summary><c>details.name</c>.</summary>
    public string Name { get; init; } = "";

    /// <summary><c>details.retryAfterSeconds</c>.</summary>
    public int RetryAfterSeconds { get; init; }

    /// <summary><c>details.causes</c>.</summary>
    public IReadOnlyList<StatusCause> Causes { get; init; } = [];

    /// <summary>The <c>Status</c> object.</summary>
    public JsonObject ToJson()
    {
        var details = new JsonObject();
        AddText(details, "name", Name);
        AddText(details, "group", Group);
        AddText(details, "kind", Kind);
        if (Causes.Count > 0)
        {
            details["causes"] = new JsonArray([.. Causes.Select(ToJson)]);
        }

        if (RetryAfterSeconds > 0)
        {
            details["retryAfterSeconds"] = RetryAfterSeconds;
        }

        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = Message,
            ["reason"] = Reason,
        };
        if (details.Count > 0)
        {
            status["details"] = details;
        }

        status["code"] = Code;
        return status;
    }

    private static JsonObject ToJson(StatusCause cause)
    {
        var json = new JsonObject();
        AddText(json, "reason", cause.Reason);
        AddText(json, "message", cause.Message);
        AddText(json, "field", cause.Field);
        return json;
    }

    private static void AddText(JsonObject json, string name, string value)
    {
        if (value.Length > 0)
        {
            json[name] = value;
        }
    }
}
