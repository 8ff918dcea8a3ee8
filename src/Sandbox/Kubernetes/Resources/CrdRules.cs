using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Objects;
using GovernedFinetune.Sandbox.Kubernetes.Schema;

namespace GovernedFinetune.Sandbox.Kubernetes.Resources;

/// <summary>CustomResourceDefinitions: names filled in, everything checked, established at once.</summary>
internal sealed class CrdRules(TimeProvider clock) : IResourceRules
{
    private static readonly string[] Lists = ["shortNames", "categories"];

    /// <inheritdoc />
    public void Prepare(JsonObject next, JsonObject? old)
    {
        if (!next.TryGetObject("spec", out var spec) || !spec.TryGetObject("names", out var names))
        {
            return;
        }

        if (names.Text("kind") is { Length: > 0 } kind)
        {
            names["singular"] = names.Text("singular") is { Length: > 0 } singular ? singular : kind.ToLowerInvariant();
            names["listKind"] = names.Text("listKind") is { Length: > 0 } listKind ? listKind : $"{kind}List";
        }

        spec["conversion"] ??= new JsonObject { ["strategy"] = "None" };
        next["status"] = Status(next, spec, names, old);
    }

    /// <inheritdoc />
    public IEnumerable<FieldError> Validate(JsonObject next, JsonObject? old)
    {
        var spec = next.Object("spec")!;
        List<FieldError> errors = [.. Names(next, spec, old.Object("spec"))];
        var versions = spec.Array("versions") ?? [];
        if (versions.Count == 0)
        {
            errors.Add(FieldError.Required("spec.versions", "must have at least one version"));
        }
        else if (versions.Count(v => v.Flag("storage")) != 1)
        {
            errors.Add(FieldError.Invalid("spec.versions", versions.DeepClone(), "must have exactly one version marked as storage version"));
        }

        if (versions.Select(v => v.Text("name")).Distinct().Count() < versions.Count)
        {
            errors.Add(FieldError.Invalid("spec.versions", versions.DeepClone(), "must contain unique version names"));
        }

        errors.AddRange(CrdVersionRules.Validate([.. versions.OfType<JsonObject>()]));
        errors.AddRange(Conversion(spec.Object("conversion")));

        return errors;
    }

    private static IEnumerable<FieldError> Names(JsonObject next, JsonObject spec, JsonObject? oldSpec)
    {
        var names = spec.Object("names")!;
        var group = spec.Text("group") ?? "";
        var plural = names.Text("plural") ?? "";
        var name = next.Object("metadata").Text("name") ?? "";
        if (name != $"{plural}.{group}")
        {
            yield return FieldError.Invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group");
        }

        if (group.Split('.').Length < 2 || NameRules.Subdomain(group) is not null)
        {
            yield return FieldError.Invalid("spec.group", group, "should be a domain with at least one dot");
        }
        else if (group.EndsWith(".k8s.io", StringComparison.Ordinal) || group.EndsWith(".kubernetes.io", StringComparison.Ordinal))
        {
            if (string.IsNullOrEmpty(next.Object("metadata").Object("annotations").Text("api-approved.kubernetes.io")))
            {
                yield return FieldError.Required("metadata.annotations[api-approved.kubernetes.io]", "protected groups must have approval annotation \"api-approved.kubernetes.io\", see https://github.com/kubernetes/enhancements/pull/1111");
            }
        }

        foreach (var field in new[] { "plural", "singular", "kind", "listKind" })
        {
            var value = names.Text(field) ?? "";
            if (value.Length == 0)
            {
                yield return FieldError.Required($"spec.names.{field}");
            }
            else if (NameRules.Identifier(field is "kind" or "listKind" ? value.ToLowerInvariant() : value) is { } wrong)
            {
                yield return FieldError.Invalid($"spec.names.{field}", value, field is "kind" or "listKind" ? $"may have mixed case, but should otherwise match: {wrong}" : wrong);
            }
        }

        if (names.Text("kind") is { Length: > 0 } kind && kind == names.Text("listKind"))
        {
            yield return FieldError.Invalid("spec.names.listKind", kind, "kind and listKind may not be the same");
        }

        foreach (var (field, i, value) in Lists.SelectMany(f => names[f].Texts().Select((value, i) => (f, i, value))))
        {
            if (NameRules.Identifier(value) is { } wrong)
            {
                yield return FieldError.Invalid($"spec.names.{field}[{i}]", value, wrong);
            }
        }

        if (spec.Text("scope") is not ("Namespaced" or "Cluster"))
        {
            yield return FieldError.NotSupported("spec.scope", spec["scope"], ["Cluster", "Namespaced"]);
        }

        if (spec.Flag("preserveUnknownFields"))
        {
            yield return FieldError.Invalid("spec.preserveUnknownFields", true, "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead");
        }

        foreach (var field in oldSpec is null ? [] : new[] { "group", "scope" })
        {
            if (!JsonNodes.Same(spec[field], oldSpec![field]))
            {
                yield return FieldError.Invalid($"spec.{field}", spec[field], "field is immutable");
            }
        }

        foreach (var field in oldSpec is null ? [] : new[] { "kind", "plural" })
        {
            if (names.Text(field) != oldSpec.Object("names").Text(field))
            {
                yield return FieldError.Invalid($"spec.names.{field}", names[field], "field is immutable");
            }
        }
    }

    private static IEnumerable<FieldError> Conversion(JsonObject? conversion)
    {
        const string Field = "spec.conversion.strategy";
        return conversion.Text("strategy") switch
        {
            "None" when conversion!["webhook"] is not null => [FieldError.Forbidden("spec.conversion.webhookClientConfig", "should not be set when strategy is not set to Webhook")],
            "None" => [],
            "Webhook" => [FieldError.Forbidden(Field, "the sandbox's API server does not implement conversion webhooks")],
            _ => [FieldError.NotSupported(Field, conversion?["strategy"], ["None", "Webhook"])],
        };
    }

    private JsonObject Status(JsonObject next, JsonObject spec, JsonObject names, JsonObject? old)
    {
        var before = old.Object("status");
        var versions = before?["storedVersions"].Texts().ToList() ?? [];
        if (spec.Array("versions")?.FirstOrDefault(v => v.Flag("storage")).Text("name") is { } storage && !versions.Contains(storage))
        {
            versions.Add(storage);
        }

        return new JsonObject
        {
            ["acceptedNames"] = names.DeepClone(),
            ["conditions"] = before?["conditions"]?.DeepClone() ?? new JsonArray(
                Condition("NamesAccepted", "NoConflicts", "no conflicts found"),
                Condition("Established", "InitialNamesAccepted", "the initial names have been accepted")),
            ["storedVersions"] = new JsonArray([.. versions.Select(v => (JsonNode)v)]),
            ["observedGeneration"] = next.Object("metadata").Whole("generation") ?? 1,
        };
    }

    private JsonObject Condition(string type, string reason, string message) => new()
    {
        ["type"] = type,
        ["status"] = "True",
        ["lastTransitionTime"] = Timestamps.Seconds(clock.GetUtcNow()),
        ["reason"] = reason,
        ["message"] = message,
    };
}
