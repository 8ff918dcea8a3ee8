using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Kubernetes.Patch;

/// <summary>RFC 7396.</summary>
internal static class MergePatch
{
    /// <summary>Applies a patch to <paramref name="target"/>, which is changed.</summary>
    public static void Apply(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            switch (value)
            {
                case null:
                    _ = target.Remove(name);
                    break;
                case JsonObject members:
                    if (target[name] is not JsonObject inner)
                    {
                        target[name] = inner = [];
                    }

                    Apply(inner, members);
                    break;
                default:
                    target[name] = value.DeepClone();
                    break;
            }
        }
    }
}
