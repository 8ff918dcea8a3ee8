using System.Text;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Schema;

namespace GovernedFinetune.Sandbox.Kubernetes.Resources;

/// <summary>Namespaces begin Active, and hold themselves until their contents are gone.</summary>
internal sealed class NamespaceRules : IResourceRules
{
    public void Prepare(JsonObject next, JsonObject? old)
    {
        if (old is null)
        {
            next.Ensure("spec")["finalizers"] = new JsonArray("kubernetes");
            next["status"] = new JsonObject { ["phase"] = "Active" };
            next.Object("metadata")!.Ensure("labels")["kubernetes.io/metadata.name"] = next.Object("metadata").Text("name");
        }
        else
        {
            next.Put("spec", old["spec"]);
        }
    }

    public IEnumerable<FieldError> Validate(JsonObject next, JsonObject? old) => [];
}

/// <summary>Secrets: <c>stringData</c> goes into <c>data</c>; type and immutable contents are fixed.</summary>
internal sealed class SecretRules : IResourceRules
{
    public void Prepare(JsonObject next, JsonObject? old)
    {
        next["type"] ??= "Opaque";
        if (next.TryGetObject("stringData", out var clear))
        {
            var data = next.Ensure("data");
            foreach (var (key, value) in clear)
            {
                data[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value.AsText() ?? ""));
            }

            _ = next.Remove("stringData");
        }
    }

    public IEnumerable<FieldError> Validate(JsonObject next, JsonObject? old)
    {
        foreach (var error in DataKeys.Check(next, "data"))
        {
            yield return error;
        }

        if (DataKeys.Size(next) > DataKeys.Maximum)
        {
            yield return FieldError.TooLong("data", DataKeys.Maximum);
        }

        if (old is not null && !JsonNodes.Same(next["type"], old["type"]))
        {
            yield return FieldError.Invalid("type", next["type"], "field is immutable");
        }

        foreach (var error in Immutable.Check(next, old, "data"))
        {
            yield return error;
        }
    }
}

/// <summary>ConfigMaps: immutable contents are fixed.</summary>
internal sealed class ConfigMapRules : IResourceRules
{
    public void Prepare(JsonObject next, JsonObject? old)
    {
    }

    public IEnumerable<FieldError> Validate(JsonObject next, JsonObject? old) =>
    [
        .. DataKeys.Check(next, "data", "binaryData"),
        .. (next.Object("data") ?? []).Where(d => next.Object("binaryData")?.ContainsKey(d.Key) == true).Select(d => FieldError.Invalid($"data[{d.Key}]", d.Key, "duplicate of key present in binaryData")),
        .. DataKeys.Size(next) > DataKeys.Maximum ? [FieldError.TooLong("[]", DataKeys.Maximum)] : (FieldError[])[],
        .. Immutable.Check(next, old, "data", "binaryData"),
    ];
}

/// <summary>The rule of <c>immutable: true</c>.</summary>
internal static class Immutable
{
    public static IEnumerable<FieldError> Check(JsonObject next, JsonObject? old, params string[] fields)
    {
        if (!old.Flag("immutable"))
        {
            yield break;
        }

        if (!next.Flag("immutable"))
        {
            yield return FieldError.Forbidden("immutable", "field is immutable when `immutable` is set");
        }

        foreach (var field in fields.Where(f => !JsonNodes.Same(next[f], old![f])))
        {
            yield return FieldError.Forbidden(field, "field is immutable when `immutable` is set");
        }
    }
}

/// <summary>Leases: both times are MicroTime, which takes exactly six fraction digits.</summary>
internal sealed class LeaseRules : IResourceRules
{
    public void Prepare(JsonObject next, JsonObject? old)
    {
        foreach (var field in new[] { "acquireTime", "renewTime" })
        {
            MicroTime.Check("Lease", "coordination.k8s.io/v1", next.Object("spec"), field, $"spec.{field}");
        }
    }

    public IEnumerable<FieldError> Validate(JsonObject next, JsonObject? old)
    {
        var spec = next.Object("spec");
        foreach (var (field, least) in new[] { ("leaseDurationSeconds", 1), ("leaseTransitions", 0) })
        {
            if (spec.Whole(field) is { } number && number < least)
            {
                yield return FieldError.Invalid($"spec.{field}", number, least == 1 ? "must be greater than 0" : "must be greater than or equal to 0");
            }
        }
    }
}
