using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Http;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Resources;
using GovernedFinetune.Sandbox.Kubernetes.Schema;

namespace GovernedFinetune.Sandbox.Kubernetes.Objects;

/// <summary>Makes a well-formed object of a kind out of what a client sent: type checks, pruning, strictness, defaults.</summary>
internal sealed class ObjectDecoder(JsonSchema objectMeta)
{
    /// <summary>Prunes and defaults <paramref name="sent"/> in place.</summary>
    /// <exception cref="StatusException">The object is of another kind, or strict validation found unknown or duplicate fields.</exception>
    public void Decode(ResourceType type, JsonObject sent, WriteOptions options)
    {
        var unknown = Prune(type, sent, options);
        Report(type, unknown, options);
        if (!type.IsCustom)
        {
            CheckTypes(type, sent, type.Schema, "", options);
        }

        Defaulting.Apply(sent, type.Schema);
    }

    /// <summary>Checks a configuration for server-side apply, which gets no defaults and may hold no unknown field.</summary>
    /// <exception cref="StatusException">The object is of another kind, or has fields that the schema does not have.</exception>
    public void DecodeApplied(ResourceType type, JsonObject sent, WriteOptions options)
    {
        if (sent["apiVersion"] is null || sent["kind"] is null)
        {
            // Not even of built-in types: the merge is made by the type that the configuration itself names.
            throw Refusals.BadRequest($"invalid object type: apiVersion and kind must say {type.ApiVersion}, Kind={type.Kind}");
        }

        var unknown = Prune(type, sent, options);
        if (unknown.Count > 0)
        {
            var name = $"{sent.Object("metadata").Text("namespace")}/{sent.Object("metadata").Text("name")}";
            var lines = string.Join("\n  ", unknown.Select(u => $".{u}: field not declared in schema"));
            throw Refusals.BadRequest($"failed to create typed patch object ({name}; {type.ApiVersion}, Kind={type.Kind}): {(unknown.Count == 1 ? lines : $"errors:\n  {lines}")}");
        }

        Report(type, [], options);
        if (!type.IsCustom)
        {
            CheckTypes(type, sent, type.Schema, "", options);
        }
    }

    private List<string> Prune(ResourceType type, JsonObject sent, WriteOptions options)
    {
        CheckKind(type, sent);
        var metadata = sent.TryGetObject("metadata", out var given)
            ? given
            : sent["metadata"] is null ? sent.Ensure("metadata") : throw Undecodable(type, $"json: cannot unmarshal {SchemaValidator.TypeOf(sent["metadata"])} into Go struct field {type.Kind}.metadata of type object", options);

        var unknown = new List<string>();
        foreach (var name in metadata.Where(m => !objectMeta.Properties.ContainsKey(m.Key)).Select(m => m.Key).ToList())
        {
            _ = metadata.Remove(name);
            unknown.Add($"metadata.{name}");
        }

        CheckTypes(type, metadata, objectMeta, "metadata", options);
        RemoveNulls(metadata);
        Pruning.Apply(sent, type.Schema, isResourceRoot: true, unknown);
        if (type.IsCustom)
        {
            unknown.Sort(StringComparer.Ordinal);
        }

        return unknown;
    }

    private static void CheckKind(ResourceType type, JsonObject sent)
    {
        foreach (var field in new[] { "apiVersion", "kind" })
        {
            if (sent[field] is { } value && value.AsText() is null)
            {
                throw Refusals.BadRequest($"the object provided is unrecognized (must be of type {type.Kind}): couldn't get version/kind; json parse error: json: cannot unmarshal {SchemaValidator.TypeOf(value)} into Go struct field .{field} of type string");
            }
        }

        var apiVersion = sent.Text("apiVersion") ?? "";
        var kind = sent.Text("kind") ?? "";
        if (type.IsCustom)
        {
            CheckCustomKind(type, sent, apiVersion, kind);
            return;
        }

        if (kind.Length == 0 || apiVersion.Length == 0)
        {
            // Of built-in types clients that know the path may leave both out, as typed clients do.
            if (kind.Length > 0 && kind != type.Kind)
            {
                throw Refusals.BadRequest($"the kind in the data ({kind}) does not match the expected kind ({type.Kind})");
            }

            sent["apiVersion"] = type.ApiVersion;
            sent["kind"] = type.Kind;
            return;
        }

        if (apiVersion != type.ApiVersion || kind != type.Kind)
        {
            throw Refusals.BadRequest(
                $"the API version in the data ({apiVersion}, Kind={kind}) does not match the expected API version ({type.ApiVersion}, Kind={type.Kind})");
        }
    }

    /// <summary>Custom resources are decoded without a Go type, so nothing can fill in what they do not say.</summary>
    private static void CheckCustomKind(ResourceType type, JsonObject sent, string apiVersion, string kind)
    {
        if (kind.Length == 0)
        {
            throw Refusals.BadRequest($"the object provided is unrecognized (must be of type {type.Kind}): Object 'Kind' is missing");
        }

        if (apiVersion != type.ApiVersion)
        {
            throw Refusals.BadRequest($"the API version in the data ({apiVersion}) does not match the expected API version ({type.ApiVersion})");
        }

        if (kind != type.Kind)
        {
            throw Refusals.Invalid(type with { Kind = kind }, sent.Object("metadata").Text("name") ?? "", [FieldError.Invalid("kind", kind, $"must be {type.Kind}")]);
        }
    }

    /// <summary>In types that Go decodes, a value of a wrong type is a bad request, not an invalid object.</summary>
    private static void CheckTypes(ResourceType type, JsonObject value, JsonSchema schema, string path, WriteOptions options)
    {
        var errors = SchemaValidator.Validate(value, null, schema, FieldPath.Of(path));
        if (errors.FirstOrDefault(e => e.Body.Contains("must be of type date-time", StringComparison.Ordinal)) is { } time)
        {
            throw Undecodable(type, $"parsing time as \"2006-01-02T15:04:05Z07:00\": {time}", options);
        }

        var wrong = errors.FirstOrDefault(e => e.Reason == "FieldValueTypeInvalid" && !e.Body.EndsWith("\"null\"", StringComparison.Ordinal));
        if (wrong is not null)
        {
            throw Undecodable(type, $"json: cannot unmarshal into Go struct field {type.Kind}.{wrong.Field}: {wrong.Body}", options);
        }
    }

    private static StatusException Undecodable(ResourceType type, string why, WriteOptions options) =>
        options.IsPatch ? Refusals.UnfitPatch(why) : Refusals.Undecodable(type, why);

    private static void RemoveNulls(JsonObject metadata)
    {
        foreach (var name in metadata.Where(m => m.Value is null).Select(m => m.Key).ToList())
        {
            _ = metadata.Remove(name);
        }
    }

    private static void Report(ResourceType type, List<string> unknown, WriteOptions options)
    {
        if (options.FieldValidation == FieldValidation.Ignore)
        {
            return;
        }

        var problems = options.Duplicates.Select(d => $"duplicate field \"{d}\"").Concat(unknown.Select(u => $"unknown field \"{u}\"")).ToList();
        if (problems.Count == 0)
        {
            return;
        }

        if (options.FieldValidation == FieldValidation.Strict)
        {
            throw Undecodable(type, $"strict decoding error: {string.Join(", ", problems)}", options);
        }

        foreach (var problem in problems)
        {
            options.Warnings.Add(problem);
        }
    }
}
