using Microsoft.AspNetCore.Http.Features;

namespace GovernedFinetune.Sandbox.Aws.Http;

/// <summary>
/// The request line's target as the client sent it. The framework's own path has its dot segments removed and its
/// slashes kept encoded, and an S3 key may hold either, so neither routing nor signing can use it.
/// </summary>
internal sealed class RequestTarget
{
    private RequestTarget(string rawPath, IReadOnlyList<(string Name, string Value)> query)
    {
        RawPath = rawPath;
        Query = query;
    }

    /// <summary>The path, still percent-encoded; it starts with a slash.</summary>
    public string RawPath { get; }

    /// <summary>The path, decoded.</summary>
    public string Path => Uri.UnescapeDataString(RawPath);

    /// <summary>The query's parameters, decoded, in the order sent. A parameter without a value has an empty one.</summary>
    public IReadOnlyList<(string Name, string Value)> Query { get; }

    public static RequestTarget Of(HttpContext http)
    {
        var raw = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!raw.StartsWith('/') && Uri.TryCreate(raw, UriKind.Absolute, out var absolute))
        {
            raw = absolute.PathAndQuery;
        }

        var mark = raw.IndexOf('?', StringComparison.Ordinal);
        return mark < 0
            ? new RequestTarget(raw, [])
            : new RequestTarget(raw[..mark], [.. raw[(mark + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries).Select(Pair)]);
    }

    /// <summary>Whether the query has the parameter.</summary>
    public bool Has(string name) => Query.Any(q => q.Name == name);

    /// <summary>The parameter's first value, or null.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (var (key, value) in Query)
            {
                if (key == name)
                {
                    return value;
                }
            }

            return null;
        }
    }

    /// <summary>All values of a parameter that may be repeated.</summary>
    public IReadOnlyList<string> All(string name) => [.. Query.Where(q => q.Name == name).Select(q => q.Value)];

    private static (string Name, string Value) Pair(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals < 0
            ? (Uri.UnescapeDataString(text), "")
            : (Uri.UnescapeDataString(text[..equals]), Uri.UnescapeDataString(text[(equals + 1)..]));
    }
}
