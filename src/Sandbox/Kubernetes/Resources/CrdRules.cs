using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Objects;
using GovernedFinetune.Sandbox.Kubernetes.Schema;
using GovernedFinetune.Sandbox.Kubernetes.Tables;

namespace GovernedFinetune.Sandbox.Kubernetes.Resources;

/// <summary>CustomResourceDefinitions: names filled in, everything checked, established at once.</summary>
internal sealed class CrdRules(TimeProvider clock) : IResourceRules
{
    private static readonly HashSet<string> ColumnTypes = new(StringComparer.Ordinal) { "string", "integer", "number", "boolean", "date" };

    /// <inheritdoc />
    public void Prepare(JsonObject next, JsonObject? old)
    {
        if (!next.TryGetObject("spec", out var spec) || !spec.TryGetObject("names", out var names))
        {
            return;
        }

        if (names.Text("kind") is { Length: > 0 } kind)
        {
            names["singular"] ??= kind.ToLowerInvariant();
            names["listKind"] ??= $"{kind}List";
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

        for (var i = 0; i < versions.Count; i++)
        {
            errors.AddRange(Version((JsonObject)versions[i]!, FieldPath.Of("spec.versions").Item(i)));
        }

        if (spec.Object("conversion").Text("strategy") != "None")
        {
            errors.Add(FieldError.NotSupported("spec.conversion.strategy", spec.Object("conversion")!["strategy"], ["None"]));
        }

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

        foreach (var (field, value) in new[] { ("plural", plural), ("singular", names.Text("singular") ?? ""), ("kind", (names.Text("kind") ?? "").ToLowerInvariant()) })
        {
            if (NameRules.Label(value) is { } wrong)
            {
                yield return FieldError.Invalid($"spec.names.{field}", value, wrong);
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
    }

    private static IEnumerable<FieldError> Version(JsonObject version, FieldPath path)
    {
        var name = version.Text("name") ?? "";
        if (NameRules.Label(name) is { } wrong)
        {
            yield return FieldError.Invalid(path.Child("name").ToString(), name, wrong);
        }

        if (version.Object("subresources").Object("scale") is not null)
        {
            yield return FieldError.Forbidden(path.Child("subresources").Child("scale").ToString(), "the sandbox's API server does not implement the scale subresource");
        }

        foreach (var error in Columns(version, path).Concat(Selectable(version, path)).Concat(Schema(version, path)))
        {
            yield return error;
        }
    }

    private static List<FieldError> Schema(JsonObject version, FieldPath path)
    {
        var field = path.Child("schema").Child("openAPIV3Schema");
        if (version.Object("schema").Object("openAPIV3Schema") is not { } source)
        {
            return [FieldError.Required(field.ToString(), "schemas are required")];
        }

        var reader = new SchemaReader();
        var schema = reader.Read(source, field);
        List<FieldError> errors = [.. reader.Errors, .. StructuralRules.Check(source, schema, field)];
        if (errors.Count == 0)
        {
            Cel.RuleCompiler.CompileAll(schema, field, errors);
        }

        return errors;
    }

    private static IEnumerable<FieldError> Columns(JsonObject version, FieldPath path)
    {
        var columns = version.Array("additionalPrinterColumns") ?? [];
        for (var i = 0; i < columns.Count; i++)
        {
            var field = path.Child("additionalPrinterColumns").Item(i);
            if (columns[i].Text("type") is not { } type || !ColumnTypes.Contains(type))
            {
                yield return FieldError.NotSupported(field.Child("type").ToString(), columns[i]!["type"], ColumnTypes.Order(StringComparer.Ordinal).Select(t => (JsonNode?)t));
            }

            if (PathError(columns[i].Text("jsonPath") ?? "") is { } wrong)
            {
                yield return FieldError.Invalid(field.Child("jsonPath").ToString(), columns[i].Text("jsonPath"), wrong);
            }
        }
    }

    private static IEnumerable<FieldError> Selectable(JsonObject version, FieldPath path)
    {
        var fields = version.Array("selectableFields") ?? [];
        for (var i = 0; i < fields.Count; i++)
        {
            var field = path.Child("selectableFields").Item(i).Child("jsonPath").ToString();
            var jsonPath = fields[i].Text("jsonPath") ?? "";
            if (PathError(jsonPath) is { } wrong)
            {
                yield return FieldError.Invalid(field, jsonPath, wrong);
                continue;
            }

            JsonNode? at = version.Object("schema").Object("openAPIV3Schema");
            foreach (var member in jsonPath.Split('.', StringSplitOptions.RemoveEmptyEntries))
            {
                at = at.Object("properties").Object(member);
            }

            if (at.Text("type") is not ("string" or "boolean" or "integer") || jsonPath.StartsWith(".metadata", StringComparison.Ordinal))
            {
                yield return FieldError.Invalid(field, jsonPath, "must point to a field of type string, boolean or integer outside metadata");
            }
        }
    }

    private static string? PathError(string jsonPath)
    {
        if (!jsonPath.StartsWith('.'))
        {
            return "must be a simple json path starting with .";
        }

        try
        {
            _ = JsonPath.Parse(jsonPath);
            return null;
        }
        catch (FormatException e)
        {
            return $"must be a simple json path starting with .: {e.Message}";
        }
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
