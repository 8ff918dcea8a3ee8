using System.Text;

namespace GovernedFinetune.Operator.Catalog.Http;

/// <summary>One call of the catalog.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path below the host, its variable parts already escaped.</param>
/// <param name="Purpose">What is being done, on which object, for messages: "read table a.b.c".</param>
internal sealed record CatalogCall(HttpMethod Method, string Path, string Purpose)
{
    /// <summary>The part that every Unity Catalog route begins with.</summary>
    public const string UnityCatalog = "/api/2.1/unity-catalog";

    /// <summary>Query arguments; those without a value are left out.</summary>
    public IReadOnlyList<(string Name, string? Value)> Query { get; init; } = [];

    /// <summary>What is sent as JSON; null sends no body.</summary>
    public object? Body { get; init; }

    /// <summary>A GET.</summary>
    public static CatalogCall Get(string path, string purpose, params (string Name, string? Value)[] query) =>
        new(HttpMethod.Get, path, purpose) { Query = query };

    /// <summary>A POST.</summary>
    public static CatalogCall Post(string path, string purpose, object body) => new(HttpMethod.Post, path, purpose) { Body = body };

    /// <summary>A PATCH.</summary>
    public static CatalogCall Patch(string path, string purpose, object body, params (string Name, string? Value)[] query) =>
        new(HttpMethod.Patch, path, purpose) { Body = body, Query = query };

    /// <summary>Escapes a name for a path. Dots stay, so a full name stays readable.</summary>
    public static string Escape(string name) => Uri.EscapeDataString(name);

    /// <summary>Path and query, escaped.</summary>
    public string Target
    {
        get
        {
            var target = new StringBuilder(Path);
            var separator = '?';
            foreach (var (name, value) in Query.Where(q => q.Value is not null))
            {
                target.Append(separator).Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value!));
                separator = '&';
            }

            return target.ToString();
        }
    }
}
