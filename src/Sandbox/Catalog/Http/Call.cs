using System.Globalization;
using GovernedFinetune.Sandbox.Catalog.Identity;
using GovernedFinetune.Sandbox.Hosting;

namespace GovernedFinetune.Sandbox.Catalog.Http;

/// <summary>One authenticated request, as the handlers see it.</summary>
internal sealed class Call(HttpContext http, Caller caller, ReadOnlyMemory<byte> body)
{
    private JsonBody? _body;

    public Caller Caller { get; } = caller;

    /// <summary>The JSON body; a request without one is refused.</summary>
    public JsonBody Body => _body ??= JsonBody.Parse(body);

    public bool HasBody => !body.IsEmpty;

    /// <summary>A part of the path.</summary>
    public string Route(string name) => (string)http.Request.RouteValues[name]!;

    /// <summary>A query argument; null when absent or empty.</summary>
    public string? Query(string name) => http.Request.Query[name] is [{ Length: > 0 } value, ..] ? value : null;

    public string RequiredQuery(string name) => Query(name) ?? throw ApiError.Invalid(name, "is missing from the query.");

    public bool QueryFlag(string name) => Query(name) is { } text && (bool.TryParse(text, out var flag)
        ? flag
        : throw ApiError.Invalid(name, $"is '{text}'; expected true or false."));

    public int? QueryNumber(string name) => Query(name) is { } text
        ? int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw ApiError.Invalid(name, $"is '{text}'; expected an integer.")
        : null;

    /// <summary>Names the securable or location that the request is about, for the request log.</summary>
    public void Concerns(string resource) => http.Description().Resource = resource;
}
