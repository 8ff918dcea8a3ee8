using System.Text.Json;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;

namespace GovernedFinetune.Sandbox.Kubernetes.Schema;

/// <summary>
/// What schemas may say within <c>allOf</c>, <c>anyOf</c>, <c>oneOf</c> and <c>not</c>: they restrict values and describe
/// nothing new.
/// </summary>
internal static class ValueRules
{
    private static readonly string[] Junctors = ["allOf", "anyOf", "oneOf"];

    /// <summary>Keywords that describe what there is rather than which values it may have.</summary>
    private static readonly string[] Describing =
    [
        "type", "description", "title", "default", "nullable",
        "x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource", "x-kubernetes-int-or-string",
        "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type", "x-kubernetes-validations",
    ];

    /// <summary>Judges the branches of one schema.</summary>
    public static IEnumerable<FieldError> Check(JsonObject schema, FieldPath path) => CheckBranches(schema, path);

    /// <summary>
    /// Every field that a branch of the root names must be described outside of it. The real server looks at the root's
    /// branches only.
    /// </summary>
    public static IEnumerable<FieldError> CheckCompleteness(JsonObject root, JsonSchema described, FieldPath path) =>
        Branches(root, path).SelectMany(branch => Undescribed(branch.Schema, described, path, branch.Path));

    /// <summary>Whether a keyword says nothing: absent, false, empty.</summary>
    public static bool IsZero(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.String => value.GetValue<string>().Length == 0,
        JsonValueKind.Array => value.AsArray().Count == 0,
        _ => false,
    };

    private static IEnumerable<FieldError> CheckBranches(JsonObject schema, FieldPath path, bool skipAnyOf = false)
    {
        // The two ways of writing a number or a string are allowed as they stand, although they name types.
        skipAnyOf |= IsIntOrString(schema.Array("anyOf"));
        return Branches(schema, path)
            .Where(branch => !(skipAnyOf && branch.Keyword == "anyOf"))
            .SelectMany(branch => CheckBranch(branch.Schema, branch.Path, skipAnyOf: branch is { Keyword: "allOf", Index: 0 } && IsIntOrString(branch.Schema.Array("anyOf"))));
    }

    private static IEnumerable<FieldError> CheckBranch(JsonObject branch, FieldPath path, bool skipAnyOf = false)
    {
        foreach (var keyword in Describing.Where(keyword => !IsZero(branch[keyword]) || (keyword == "default" && branch[keyword] is not null)))
        {
            yield return FieldError.Forbidden(path.Child(keyword).ToString(), keyword switch
            {
                "default" or "x-kubernetes-list-type" or "x-kubernetes-map-type" => "must be undefined to be structural",
                "nullable" or "x-kubernetes-preserve-unknown-fields" or "x-kubernetes-embedded-resource" or "x-kubernetes-int-or-string" => "must be false to be structural",
                _ => "must be empty to be structural",
            });
        }

        if (branch["additionalProperties"] is JsonObject)
        {
            yield return FieldError.Forbidden(path.Child("additionalProperties").ToString(), "must be undefined to be structural");
        }

        if (branch.Object("properties")?.ContainsKey("metadata") ?? false)
        {
            yield return FieldError.Forbidden(path.Child("properties").Key("metadata").ToString(), "must not be specified in a nested context");
        }

        foreach (var error in Parts(branch, path).SelectMany(part => CheckBranch(part.Schema, part.Path)).Concat(CheckBranches(branch, path, skipAnyOf)))
        {
            yield return error;
        }
    }

    private static IEnumerable<FieldError> Undescribed(JsonObject branch, JsonSchema? described, FieldPath at, FieldPath path)
    {
        if (described is null)
        {
            return [FieldError.Required(at.ToString(), $"because it is defined in {path}")];
        }

        var properties = (branch.Object("properties") ?? []).Where(p => p.Value is JsonObject).SelectMany(p => Undescribed(
            (JsonObject)p.Value!,
            described.Properties.GetValueOrDefault(p.Key),
            at.Child("properties").Key(p.Key),
            path.Child("properties").Key(p.Key)));
        var items = branch.Object("items") is { } item ? Undescribed(item, described.Items, at.Child("items"), path.Child("items")) : [];
        return Branches(branch, path).SelectMany(inner => Undescribed(inner.Schema, described, at, inner.Path)).Concat(properties).Concat(items);
    }

    private static IEnumerable<(JsonObject Schema, FieldPath Path)> Parts(JsonObject schema, FieldPath path)
    {
        foreach (var (name, property) in schema.Object("properties") ?? [])
        {
            if (property is JsonObject json)
            {
                yield return (json, path.Child("properties").Key(name));
            }
        }

        if (schema.Object("items") is { } items)
        {
            yield return (items, path.Child("items"));
        }
    }

    private static IEnumerable<(string Keyword, int Index, JsonObject Schema, FieldPath Path)> Branches(JsonObject schema, FieldPath path)
    {
        foreach (var keyword in Junctors)
        {
            var branches = schema.Array(keyword) ?? [];
            for (var i = 0; i < branches.Count; i++)
            {
                if (branches[i] is JsonObject branch)
                {
                    yield return (keyword, i, branch, path.Child(keyword).Item(i));
                }
            }
        }

        if (schema.Object("not") is { } not)
        {
            yield return ("not", 0, not, path.Child("not"));
        }
    }

    private static bool IsIntOrString(JsonArray? anyOf) =>
        anyOf is [JsonObject { Count: 1 } number, JsonObject { Count: 1 } text] && number.Text("type") == "integer" && text.Text("type") == "string";
}
