using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Kubernetes.Tables;

/// <summary>Objects cut down to their metadata.</summary>
internal static class PartialMetadata
{
    public static JsonObject Of(JsonObject json, string version) => new()
    {
        ["kind"] = "PartialObjectMetadata",
        ["apiVersion"] = $"meta.k8s.io/{version}",
        ["metadata"] = json["metadata"]?.DeepClone(),
    };

    public static JsonObject ListOf(IEnumerable<JsonObject> objects, JsonObject metadata, string version) => new()
    {
        ["kind"] = "PartialObjectMetadataList",
        ["apiVersion"] = $"meta.k8s.io/{version}",
        ["metadata"] = metadata,
        ["items"] = new JsonArray([.. objects.Select(o => Of(o, version))]),
    };
}
