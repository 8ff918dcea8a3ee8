using GovernedFinetune.Sandbox.Catalog.Http;

namespace GovernedFinetune.Sandbox.Catalog.Securables;

/// <summary>Names in a catalog: stored in lower case, without dots, spaces, slashes and control characters.</summary>
internal static class Names
{
    private const int Longest = 255;

    public static string Part(string name, string field) =>
        name.Length is 0 or > Longest || name.Any(c => c is '.' or ' ' or '/' || char.IsControl(c))
            ? throw ApiError.Invalid(field, $"is '{name}'; a name has 1 to {Longest} characters and no '.', ' ', '/' or control characters.")
            : name.ToLowerInvariant();

    public static (string Catalog, string Schema) Two(string fullName, string field) =>
        fullName.Split('.') is [var catalog, var schema]
            ? (Part(catalog, field), Part(schema, field))
            : throw ApiError.Invalid(field, $"is '{fullName}'; expected catalog.schema.");

    public static (string Catalog, string Schema, string Name) Three(string fullName, string field) =>
        fullName.Split('.') is [var catalog, var schema, var name]
            ? (Part(catalog, field), Part(schema, field), Part(name, field))
            : throw ApiError.Invalid(field, $"is '{fullName}'; expected catalog.schema.name.");

    /// <summary>Names outside catalogs (locations, credentials, external metadata) keep their case and may hold dots.</summary>
    public static string Free(string name, string field) =>
        name.Length is 0 or > Longest || name.Any(c => c is '/' || char.IsControl(c))
            ? throw ApiError.Invalid(field, $"is '{name}'; a name has 1 to {Longest} characters and no '/' or control characters.")
            : name;
}
