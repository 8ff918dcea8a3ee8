using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Kubernetes.Schema;

/// <summary>Removes what a schema does not know.</summary>
internal static class Pruning
{
    private static readonly HashSet<string> ResourceFields = new(StringComparer.Ordinal) { "apiVersion", "kind", "metadata" };

    /// <summary>Prunes <paramref name="node"/> in place.</summary>
    /// <param name="node">The object.</param>
    /// <param name="schema">What is known.</param>
    /// <param name="isResourceRoot">Whether <c>apiVersion</c>, <c>kind</c> and <c>metadata</c> are known without being named.</param>
    /// <param name="unknown">Takes the path of every field that was removed.</param>
    public static void Apply(JsonNode? node, JsonSchema schema, bool isResourceRoot, ICollection<string>? unknown) =>
        Apply(node, schema, isResourceRoot || schema.EmbeddedResource, FieldPath.Root, unknown);

    private static void Apply(JsonNode? node, JsonSchema schema, bool isResource, FieldPath path, ICollection<string>? unknown)
    {
        switch (node)
        {
            case JsonObject members:
                ApplyToObject(members, schema, isResource, path, unknown);
                break;
            case JsonArray items when schema.Items is { } item:
                for (var i = 0; i < items.Count; i++)
                {
                    Apply(items[i], item, item.EmbeddedResource, path.Item(i), unknown);
                }

                break;
        }
    }

    private static void ApplyToObject(JsonObject members, JsonSchema schema, bool isResource, FieldPath path, ICollection<string>? unknown)
    {
        List<string>? removed = null;
        foreach (var (name, value) in members)
        {
            if (isResource && ResourceFields.Contains(name))
            {
                continue;
            }

            if (schema.Member(name) is { } member)
            {
                Apply(value, member, member.EmbeddedResource, path.Child(name), unknown);
            }
            else if (!schema.PreserveUnknown && !schema.AnyAdditionalProperties)
            {
                (removed ??= []).Add(name);
            }
        }

        foreach (var name in removed ?? [])
        {
            _ = members.Remove(name);
            unknown?.Add(path.Child(name).ToString());
        }
    }
}
