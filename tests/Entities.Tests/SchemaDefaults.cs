using GovernedFinetune.CrdGenerator.Schema;

namespace GovernedFinetune.Entities.Tests;

/// <summary>Fills in what an API server fills in before it stores or returns an object.</summary>
internal static class SchemaDefaults
{
    public static void Apply(SchemaNode node, IDictionary<string, object> value)
    {
        foreach (var (name, _, schema) in node.Properties)
        {
            if (!value.ContainsKey(name) && schema.Default is { } given)
            {
                value[name] = given is IDictionary<string, object> members ? new Dictionary<string, object>(members) : given;
            }

            if (value.TryGetValue(name, out var nested) && nested is IDictionary<string, object> below)
            {
                Apply(schema, below);
            }
        }
    }
}
