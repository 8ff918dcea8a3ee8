using System.Text.Json.Nodes;
using k8s;

namespace GovernedFinetune.Operator.Kubernetes;

/// <summary>The JSON merge patch (RFC 7386) between two versions of an object: absent members become explicit nulls.</summary>
public static class StatusPatch
{
    /// <summary>The patch; null when the two are the same.</summary>
    public static JsonObject? Between(object? before, object after)
    {
        var old = Read(before);
        var fresh = Read(after);
        return Difference(old, fresh);
    }

    /// <summary>A copy that shares nothing with the original.</summary>
    public static T Copy<T>(T original)
        where T : class => KubernetesJson.Deserialize<T>(KubernetesJson.Serialize(original));

    /// <summary>Whether two objects are the same on the wire.</summary>
    public static bool Same(object? a, object? b) => JsonNode.DeepEquals(Read(a), Read(b));

    private static JsonObject Read(object? value) =>
        value is null ? [] : JsonNode.Parse(KubernetesJson.Serialize(value))!.AsObject();

    private static JsonObject? Difference(JsonObject before, JsonObject after)
    {
        var patch = new JsonObject();
        foreach (var (name, value) in after)
        {
            var old = before[name];
            if (value is JsonObject freshObject && old is JsonObject oldObject)
            {
                if (Difference(oldObject, freshObject) is { } inner)
                {
                    patch[name] = inner;
                }
            }
            else if (!JsonNode.DeepEquals(old, value))
            {
                patch[name] = value?.DeepClone();
            }
        }

        foreach (var (name, _) in before)
        {
            if (!after.ContainsKey(name))
            {
                patch[name] = null;
            }
        }

        return patch.Count == 0 ? null : patch;
    }
}
