using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Kubernetes.Schema;

/// <summary>Fills in defaults; an explicit null of a field that is not nullable counts as absent.</summary>
internal static class Defaulting
{
    public static void Apply(JsonNode? node, JsonSchema schema)
    {
        switch (node)
        {
            case JsonObject members:
                ApplyToObject(members, schema);
                break;
            case JsonArray items when schema.Items is { } item:
                for (var i = 0; i < items.Count; i++)
                {
                    if (items[i] is null && !item.Nullable && item.Default is { } value)
                    {
                        items[i] = value.DeepClone();
                    }

                    Apply(items[i], item);
                }

                break;
        }
    }

    private static void ApplyToObject(JsonObject members, JsonSchema schema)
    {
        foreach (var (name, property) in schema.Properties)
        {
            if (property.Default is { } value
                && (!members.TryGetPropertyValue(name, out var present) || (present is null && !property.Nullable)))
            {
                members[name] = value.DeepClone();
            }
        }

        foreach (var (name, value) in members.ToList())
        {
            if (schema.Member(name) is not { } member)
            {
                continue;
            }

            if (value is null && !member.Nullable)
            {
                if (member.Default is { } fallback)
                {
                    members[name] = fallback.DeepClone();
                }
                else
                {
                    _ = members.Remove(name);
                    continue;
                }
            }

            Apply(members[name], member);
        }
    }
}
