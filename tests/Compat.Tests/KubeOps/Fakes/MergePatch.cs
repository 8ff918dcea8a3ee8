using System.Text.Json.Nodes;

namespace GovernedFinetune.Compat.Tests.Operators.Fakes;

/// <summary>RFC 7396.</summary>
internal static class MergePatch
{
    public static void Apply(JsonObject target, JsonObject patch)
    {
        foreach (var (field, value) in patch)
        {
            if (value is null)
            {
                target.Remove(field);
            }
            else if (value is JsonObject inner && target[field] is JsonObject existing)
            {
                Apply(existing, inner);
            }
            else
            {
                target[field] = value.DeepClone();
            }
        }
    }
}
