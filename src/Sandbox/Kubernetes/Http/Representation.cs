using Microsoft.Net.Http.Headers;

namespace GovernedFinetune.Sandbox.Kubernetes.Http;

/// <summary>How a client wants objects: whole, as rows of a table, or only their metadata.</summary>
internal enum Shape
{
    Object,
    Table,
    Metadata,
}

/// <summary>The representation that the <c>Accept</c> header asks for.</summary>
/// <param name="Shape">What of the objects.</param>
/// <param name="Version">Version of <c>meta.k8s.io</c> for tables and metadata.</param>
internal sealed record Representation(Shape Shape, string Version)
{
    public static readonly Representation Whole = new(Shape.Object, "v1");

    /// <summary>The first form in the header that the server has.</summary>
    /// <exception cref="StatusException">It has none of them.</exception>
    public static Representation Negotiate(HttpRequest request)
    {
        var accept = request.Headers.Accept.ToString();
        if (accept.Length == 0)
        {
            return Whole;
        }

        if (MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var wanted))
        {
            // Order counts, as clients send the form they like best first; a stable sort keeps it within a quality.
            foreach (var type in wanted.OrderByDescending(t => t.Quality ?? 1))
            {
                if (Match(type) is { } match)
                {
                    return match;
                }
            }
        }

        throw Refusals.NotAcceptable("application/json");
    }

    private static Representation? Match(MediaTypeHeaderValue type)
    {
        if (type.MediaType != "application/json" && !type.MatchesAllTypes && type.MediaType != "application/*")
        {
            return null;
        }

        var version = Parameter(type, "v");
        return Parameter(type, "as") switch
        {
            "" => Whole,
            "Table" when version is "v1" or "v1beta1" && Parameter(type, "g") == "meta.k8s.io" => new(Shape.Table, version),
            "PartialObjectMetadata" or "PartialObjectMetadataList" when version is "v1" or "v1beta1" => new(Shape.Metadata, version),
            _ => null,
        };
    }

    private static string Parameter(MediaTypeHeaderValue type, string name) =>
        type.Parameters.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Value.ToString() ?? "";
}
