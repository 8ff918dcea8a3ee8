using System.Globalization;
using GovernedFinetune.Sandbox.Catalog.Http;
using GovernedFinetune.Sandbox.Catalog.Securables;

namespace GovernedFinetune.Sandbox.Catalog.Lineage;

/// <summary>Reads an end of a relationship: from a JSON object, or from a query flattened with dots.</summary>
internal static class LineageEndReader
{
    private static readonly string[] Kinds = ["table", "model_version", "path", "external_metadata", "volume"];
    private static readonly string[] Parts = ["name", "url", "version"];

    public static LineageEnd FromBody(JsonBody body, string field)
    {
        var end = body.RequiredObject(field);
        return Read(
            body.PathOf(field),
            kind => end.Has(kind),
            (kind, name) => end.RequiredObject(kind).Text(name));
    }

    public static LineageEnd FromQuery(Call call, string prefix) => Read(
        prefix,
        kind => Parts.Any(part => call.Query($"{prefix}.{kind}.{part}") is not null),
        (kind, name) => call.Query($"{prefix}.{kind}.{name}"));

    private static LineageEnd Read(string path, Func<string, bool> has, Func<string, string, string?> text)
    {
        string[] present = [.. Kinds.Where(has)];
        if (present is not [var kind])
        {
            throw ApiError.Invalid(path, $"must have exactly one of {string.Join(", ", Kinds)}; it has {(present.Length == 0 ? "none" : string.Join(" and ", present))}.");
        }

        return kind switch
        {
            "table" => new LineageEnd(LineageKind.Table, FullName("name")),
            "model_version" => new LineageEnd(LineageKind.ModelVersion, FullName("name"), Version(Required("version"))),
            "path" => new LineageEnd(LineageKind.Path, StorageUrl.Parse(Required("url"), $"{path}.{kind}.url").ToString()),
            "external_metadata" => new LineageEnd(LineageKind.ExternalMetadata, Required("name")),
            _ => throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", $"Volume '{Required("name")}' does not exist."),
        };

        string Required(string name) => text(kind, name) is { Length: > 0 } value ? value : throw ApiError.Invalid($"{path}.{kind}.{name}", "is missing.");

        string FullName(string name)
        {
            var (catalog, schema, last) = Names.Three(Required(name), $"{path}.{kind}.{name}");
            return $"{catalog}.{schema}.{last}";
        }

        int Version(string value) => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw ApiError.Invalid($"{path}.{kind}.version", $"is '{value}'; expected an integer as a string.");
    }
}
