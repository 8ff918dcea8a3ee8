using System.Text.Json;
using System.Text.Json.Serialization;

namespace GovernedFinetune.Operator.Catalog.Http;

/// <summary>How the catalog's JSON is read and written: snake case, absent instead of null or default, numbers in quotes or
/// without, unknown members ignored.</summary>
internal static class CatalogJson
{
    /// <summary>The options.</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
    };
}
