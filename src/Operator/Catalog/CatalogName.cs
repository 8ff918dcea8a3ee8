using GovernedFinetune.Operator.Failures;

namespace GovernedFinetune.Operator.Catalog;

/// <summary>A three-part name in its parts.</summary>
/// <param name="Catalog">The catalog.</param>
/// <param name="Schema">The schema in it.</param>
/// <param name="Name">The table or model in that.</param>
internal sealed record CatalogName(string Catalog, string Schema, string Name)
{
    /// <summary>Reads <c>catalog.schema.name</c>.</summary>
    /// <exception cref="OperatorException">It has not three parts.</exception>
    public static CatalogName Parse(string fullName) =>
        fullName.Split('.') is [{ Length: > 0 } catalog, { Length: > 0 } schema, { Length: > 0 } name]
            ? new CatalogName(catalog, schema, name)
            : throw OperatorException.Terminal(Reasons.InvalidSpec, $"'{fullName}' is not a three-part name; expected catalog.schema.name.");
}
