using System.Text;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Resources;
using GovernedFinetune.Sandbox.Kubernetes.Schema;

namespace GovernedFinetune.Sandbox.Kubernetes.Objects;

/// <summary>Checks of <c>metadata</c> that hold for every kind.</summary>
internal static class MetadataRules
{
    private const int MaximumAnnotations = 256 << 10;
    private static readonly string[] OwnerFields = ["apiVersion", "kind", "name", "uid"];

    /// <summary>What is wrong with an object's metadata. <paramref name="old"/> is the object's before an update.</summary>
    public static IEnumerable<FieldError> Validate(ResourceType type, JsonObject metadata, JsonObject? old) =>
    [
        .. Name(type, metadata),
        .. Labels(metadata),
        .. Annotations(metadata),
        .. Owners(metadata),
        .. Finalizers(metadata, old),
    ];

    private static IEnumerable<FieldError> Name(ResourceType type, JsonObject metadata)
    {
        var name = metadata.Text("name") ?? "";
        if (name.Length == 0)
        {
            yield return FieldError.Required("metadata.name", "name or generateName is required");
        }
        else if (Check(type, name) is { } wrong)
        {
            yield return FieldError.Invalid("metadata.name", name, wrong);
        }
    }

    private static string? Check(ResourceType type, string name) => type switch
    {
        { Group: "rbac.authorization.k8s.io" } => NameRules.PathSegment(name),
        { Kind: "Namespace" or "Service", Group: "" } => NameRules.Label(name),
        _ => NameRules.Subdomain(name),
    };

    private static IEnumerable<FieldError> Labels(JsonObject metadata)
    {
        foreach (var (key, value) in metadata.Object("labels") ?? [])
        {
            if (NameRules.Qualified(key) is { } wrongKey)
            {
                yield return FieldError.Invalid("metadata.labels", key, wrongKey);
            }

            if (NameRules.LabelValue(value.AsText() ?? "") is { } wrongValue)
            {
                yield return FieldError.Invalid("metadata.labels", value, wrongValue);
            }
        }
    }

    private static IEnumerable<FieldError> Annotations(JsonObject metadata)
    {
        var size = 0L;
        foreach (var (key, value) in metadata.Object("annotations") ?? [])
        {
            size += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value.AsText() ?? "");
            if (NameRules.Qualified(key.ToLowerInvariant()) is { } wrong)
            {
                yield return FieldError.Invalid("metadata.annotations", key, wrong);
            }
        }

        if (size > MaximumAnnotations)
        {
            yield return FieldError.TooLong("metadata.annotations", MaximumAnnotations);
        }
    }

    private static IEnumerable<FieldError> Owners(JsonObject metadata)
    {
        var owners = metadata.Array("ownerReferences") ?? [];
        foreach (var field in owners.SelectMany(owner => OwnerFields.Where(field => string.IsNullOrEmpty(owner.Text(field)))))
        {
            yield return FieldError.Invalid($"metadata.ownerReferences.{field}", "", "must not be empty");
        }

        if (owners.Count(o => o.Flag("controller")) > 1)
        {
            yield return FieldError.Invalid("metadata.ownerReferences", owners.DeepClone(), "Only one reference can have Controller set to true.");
        }
    }

    private static IEnumerable<FieldError> Finalizers(JsonObject metadata, JsonObject? old)
    {
        var finalizers = metadata["finalizers"].Texts().ToList();
        for (var i = 0; i < finalizers.Count; i++)
        {
            if (NameRules.Qualified(finalizers[i]) is { } wrong)
            {
                yield return FieldError.Invalid($"metadata.finalizers[{i}]", finalizers[i], wrong);
            }
        }

        if (old?.Text("deletionTimestamp") is null)
        {
            yield break;
        }

        var added = finalizers.Except(old["finalizers"].Texts(), StringComparer.Ordinal).ToList();
        if (added.Count > 0)
        {
            var list = string.Join(", ", added.Select(FieldError.Quote));
            yield return FieldError.Forbidden("metadata.finalizers", $"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{list}}}");
        }
    }
}
