using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Grants.Ports;
using GovernedFinetune.Operator.Profiles;

namespace GovernedFinetune.Operator.Grants;

/// <summary>A privilege that a grant needs.</summary>
/// <param name="Securable">On what.</param>
/// <param name="Privilege">With underscores, such as <c>USE_SCHEMA</c>.</param>
public sealed record Requirement(Securable Securable, string Privilege)
{
    /// <summary>
    /// Privileges that are never implied: not by ALL PRIVILEGES, not by owning the schema or location
    /// (https://docs.databricks.com/aws/en/external-access/admin).
    /// </summary>
    private static readonly string[] Explicit = ["EXTERNAL_USE_SCHEMA", "EXTERNAL_USE_LOCATION", "MANAGE"];

    /// <summary>Whether ALL PRIVILEGES or ownership can stand for the privilege.</summary>
    public bool CanBeImplied => !Explicit.Contains(Privilege);

    /// <summary>The SQL that grants it.</summary>
    public string Fix(string principal)
    {
        var kind = Securable.Type.Replace('_', ' ').ToUpperInvariant();
        var name = Securable.Type == "metastore" ? "" : " " + Quoted(Securable.Name);
        return $"GRANT {Privilege.Replace('_', ' ')} ON {kind}{name} TO `{principal}`";
    }

    private static string Quoted(string name) => string.Join('.', name.Split('.').Select(part =>
        part.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? part : $"`{part}`"));
}

/// <summary>What a grant needs, from its spec alone.</summary>
public static class Requirements
{
    /// <summary>Every privilege, each once, in a fixed order.</summary>
    public static IReadOnlyList<Requirement> Of(DatasetGrantSpec spec, Profile profile, string metastoreId)
    {
        var needed = new List<Requirement>();
        foreach (var table in spec.Tables)
        {
            AddSchema(needed, Parent(table));
            needed.Add(new Requirement(new Securable("table", table), "SELECT"));
            needed.Add(new Requirement(new Securable("schema", Parent(table)), "EXTERNAL_USE_SCHEMA"));
        }

        foreach (var schema in spec.WriteSchemas)
        {
            AddSchema(needed, schema);
            needed.Add(new Requirement(new Securable("schema", schema), "CREATE_TABLE"));
            needed.Add(new Requirement(new Securable("schema", schema), "EXTERNAL_USE_SCHEMA"));
        }

        if (spec.WriteSchemas.Count > 0)
        {
            var location = new Securable("external_location", profile.Storage.ExternalLocation);
            needed.AddRange(
                from privilege in (string[])["CREATE_EXTERNAL_TABLE", "EXTERNAL_USE_LOCATION", "READ_FILES", "WRITE_FILES"]
                select new Requirement(location, privilege));
        }

        foreach (var schema in spec.ModelSchemas)
        {
            AddSchema(needed, schema);
            needed.Add(new Requirement(new Securable("schema", schema), "CREATE_MODEL"));
        }

        needed.Add(new Requirement(new Securable("metastore", metastoreId), "CREATE_EXTERNAL_METADATA"));
        return [.. needed.Distinct()];
    }

    private static void AddSchema(List<Requirement> needed, string schema)
    {
        needed.Add(new Requirement(new Securable("catalog", Parent(schema)), "USE_CATALOG"));
        needed.Add(new Requirement(new Securable("schema", schema), "USE_SCHEMA"));
    }

    private static string Parent(string name) => name[..name.LastIndexOf('.')];
}
