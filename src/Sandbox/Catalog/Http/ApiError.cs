using GovernedFinetune.Sandbox.Catalog.Securables;

namespace GovernedFinetune.Sandbox.Catalog.Http;

/// <summary>A refusal in the shape of Unity Catalog: a status, an <c>error_code</c>, a message and the ErrorInfo detail.</summary>
internal sealed class ApiError(int status, string code, string message) : Exception(message)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    /// <summary><c>reason</c> of the ErrorInfo detail; the error code unless the service is more specific.</summary>
    public string Reason { get; init; } = code;

    /// <summary><c>metadata</c> of the ErrorInfo detail.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The request's field that is wrong, when one is.</summary>
    public string? Field { get; init; }

    public static ApiError Invalid(string field, string problem) =>
        new(400, "INVALID_PARAMETER_VALUE", $"Field '{field}' {problem}") { Field = field };

    public static ApiError Malformed(string problem) => new(400, "MALFORMED_REQUEST", $"Could not parse request object: {problem}");

    public static ApiError Unauthenticated(string message) => new(401, "UNAUTHENTICATED", message);

    /// <summary>The captured denial: privileges appear with spaces, in the message and in the metadata.</summary>
    public static ApiError Denied(string privilege, Securable on)
    {
        var spaced = privilege.Replace('_', ' ');
        return new ApiError(403, "PERMISSION_DENIED", $"User does not have {spaced} on {on.Kind.Display} '{on.FullName}'.")
        {
            Metadata = new Dictionary<string, string>
            {
                ["principalName"] = "User",
                ["msg"] = spaced,
                ["resourceType"] = on.Kind.Display,
                ["resourceName"] = on.FullName,
            },
        };
    }

    public static ApiError NotOwner(Securable of) =>
        new(403, "PERMISSION_DENIED", $"User is not an owner of {of.Kind.Display} '{of.FullName}'.")
        {
            Metadata = new Dictionary<string, string> { ["resourceType"] = of.Kind.Display, ["resourceName"] = of.FullName },
        };

    public static ApiError Missing(SecurableKind kind, string name) =>
        new(404, kind.CodePrefix + "_DOES_NOT_EXIST", $"{kind.Display} '{name}' does not exist.")
        {
            Metadata = new Dictionary<string, string> { ["resourceType"] = kind.Display, ["resourceName"] = name },
        };

    /// <summary>Unity Catalog answers 400 here, not 409 (captured for tables).</summary>
    public static ApiError Exists(SecurableKind kind, string name) =>
        new(400, kind.CodePrefix + "_ALREADY_EXISTS", $"{kind.Display} '{name}' already exists.")
        {
            Reason = "RESOURCE_ALREADY_EXISTS",
            Metadata = new Dictionary<string, string> { ["resourceType"] = kind.Display, ["resourceIdentifier"] = name },
        };

    /// <summary>The lineage services are newer and use the status that the code stands for.</summary>
    public static ApiError Conflict(string what, string name) =>
        new(409, "ALREADY_EXISTS", $"{what} '{name}' already exists.")
        {
            Metadata = new Dictionary<string, string> { ["resourceType"] = what, ["resourceIdentifier"] = name },
        };

    public static ApiError InvalidState(string message) => new(400, "INVALID_STATE", message);

    /// <summary>The path as the service prints it: without <c>/api/2.x</c>.</summary>
    public static ApiError NoEndpoint(string method, string path)
    {
        var shown = path is ['/', 'a', 'p', 'i', '/', '2', '.', _, .. var rest] ? rest : path;
        return new ApiError(404, "ENDPOINT_NOT_FOUND", $"No API found for '{method} {shown}'");
    }
}
