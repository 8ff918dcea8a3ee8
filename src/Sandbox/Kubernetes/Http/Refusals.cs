using GovernedFinetune.Sandbox.Kubernetes.Authorization;
using GovernedFinetune.Sandbox.Kubernetes.Resources;
using GovernedFinetune.Sandbox.Kubernetes.Schema;

namespace GovernedFinetune.Sandbox.Kubernetes.Http;

/// <summary>The refusals of an API server, worded as the real one words them.</summary>
internal static class Refusals
{
    public static StatusException NotFound(ResourceType type, string name) =>
        About(type, name, 404, "NotFound", $"{type.QualifiedPlural} \"{name}\" not found");

    public static StatusException NoSuchPath() =>
        new(404, "NotFound", "the server could not find the requested resource");

    public static StatusException AlreadyExists(ResourceType type, string name) =>
        About(type, name, 409, "AlreadyExists", $"{type.QualifiedPlural} \"{name}\" already exists");

    public static StatusException Conflict(ResourceType type, string name, string why) =>
        About(type, name, 409, "Conflict", $"Operation cannot be fulfilled on {type.QualifiedPlural} \"{name}\": {why}");

    public static StatusException Modified(ResourceType type, string name) =>
        Conflict(type, name, "the object has been modified; please apply your changes to the latest version and try again");

    public static StatusException Forbidden(ResourceType type, string name, string why, params StatusCause[] causes) =>
        new(403, "Forbidden", name.Length > 0 ? $"{type.QualifiedPlural} \"{name}\" is forbidden: {why}" : $"{type.QualifiedPlural} is forbidden: {why}")
        {
            Group = type.Group,
            Kind = type.Plural,
            Name = name,
            Causes = causes,
        };

    /// <summary>Authorization refused a request; names the resource as the request did, whether or not there is one.</summary>
    public static StatusException AccessDenied(AccessRequest access, string why)
    {
        var resource = access.Group.Length == 0 ? access.Resource : $"{access.Resource}.{access.Group}";
        var subject = !access.IsResource ? "" : access.Name.Length > 0 ? $"{resource} {FieldError.Quote(access.Name)} is " : $"{resource} is ";
        return new(403, "Forbidden", $"{subject}forbidden: {why}") { Group = access.Group, Kind = access.Resource, Name = access.Name };
    }

    public static StatusException Invalid(ResourceType type, string name, IReadOnlyList<FieldError> errors) =>
        new(422, "Invalid", $"{type.QualifiedKind} \"{name}\" is invalid: {FieldError.Summary(errors)}")
        {
            Group = type.Group,
            Kind = type.Kind,
            Name = name,
            Causes = [.. errors.Select(e => new StatusCause(e.Reason, e.Body, e.Field))],
        };

    public static StatusException BadRequest(string message) => new(400, "BadRequest", message);

    public static StatusException Undecodable(ResourceType type, string why) =>
        BadRequest($"{type.Kind} in version \"{type.Version}\" cannot be handled as a {type.Kind}: {why}");

    /// <summary>What a patch makes is no object of the kind.</summary>
    public static StatusException UnfitPatch(string why) => new(422, "Invalid", $" \"\" is invalid: patch: Invalid value: {why}")
    {
        Causes = [new StatusCause("FieldValueInvalid", $"Invalid value: {why}", "patch")],
    };

    public static StatusException Unprocessable(string message) => new(422, "Invalid", message);

    public static StatusException Unauthorized() => new(401, "Unauthorized", "Unauthorized");

    public static StatusException MethodNotAllowed(string message) => new(405, "MethodNotAllowed", message);

    public static StatusException NotAcceptable(string supported) =>
        new(406, "NotAcceptable", $"only the following media types are accepted: {supported}");

    public static StatusException UnsupportedMediaType(string sent, string supported) =>
        new(415, "UnsupportedMediaType", $"the body of the request was in an unknown format - accepted media types include: {supported} (sent: {sent})");

    public static StatusException TooLarge(string message) => new(413, "RequestEntityTooLarge", $"Request entity too large: {message}");

    public static StatusException Expired(string message) => new(410, "Expired", message);

    public static StatusException Timeout(string message, params StatusCause[] causes) =>
        new(504, "Timeout", $"Timeout: {message}") { RetryAfterSeconds = 1, Causes = causes };

    private static StatusException About(ResourceType type, string name, int code, string reason, string message) =>
        new(code, reason, message) { Group = type.Group, Kind = type.Plural, Name = name };
}
