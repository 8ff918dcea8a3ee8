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
        var unknown = Prune(type, sent);
        Report(type, unknown, options);
        if (!type.IsCustom)
        {
            CheckTypes(type, sent, type.Schema, "");
        }

        Defaulting.Apply(sent, type.Schema);
    }

    /// <summary>Checks a configuration for server-side apply, which gets no defaults and may hold no unknown field.</summary>
    /// <exception cref="StatusException">The object is of another kind, or has fields that the schema does not have.</exception>
    public void DecodeApplied(ResourceType type, JsonObject sent, WriteOptions options)
    {
        var unknown = Prune(type, sent);
        if (unknown.Count > 0)
        {
            var name = $"{sent.Object("metadata").Text("namespace")}/{sent.Object("metadata").Text("name")}";
            var lines = string.Join("\n  ", unknown.Select(u => $".{u}: field not declared in schema"));
            throw Refusals.BadRequest($"failed to create typed patch object ({name}; {type.ApiVersion}, Kind={type.Kind}): {(unknown.Count == 1 ? lines : $"errors:\n  {lines}")}");
        }

        Report(type, [], options);
        if (!type.IsCustom)
        {
            CheckTypes(type, sent, type.Schema, "");
        }
    }

    private List<string> Prune(ResourceType type, JsonObject sent)
    {
        CheckKind(type, sent);
        var metadata = sent.TryGetObject("metadata", out var given)
            ? given
            : sent["metadata"] is null ? sent.Ensure("metadata") : throw Unmarshal(type, "metadata", "object", sent["metadata"]);

        var unknown = new List<string>();
        foreach (var name in metadata.Where(m => !objectMeta.Properties.ContainsKey(m.Key)).Select(m => m.Key).ToList())
        {
            _ = metadata.Remove(name);
            unknown.Add($"metadata.{name}");
        }

        CheckTypes(type, metadata, objectMeta, "metadata");
        RemoveNulls(metadata);
        Pruning.Apply(sent, type.Schema, isResourceRoot: true, unknown);
        return unknown;
    }

    private static void CheckKind(ResourceType type, JsonObject sent)
    {
        var apiVersion = sent.Text("apiVersion") ?? "";
        var kind = sent.Text("kind") ?? "";
        if (kind.Length == 0 || apiVersion.Length == 0)
        {
            // Clients that know the path may leave both out, as typed clients do.
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

    /// <summary>In types that Go decodes, a value of a wrong type is a bad request, not an invalid object.</summary>
    private static void CheckTypes(ResourceType type, JsonObject value, JsonSchema schema, string path)
    {
        var wrong = SchemaValidator.Validate(value, null, schema, FieldPath.Of(path)).FirstOrDefault(e => e.Reason == "FieldValueTypeInvalid" && !e.Body.EndsWith("\"null\"", StringComparison.Ordinal));
        if (wrong is not null)
        {
            throw Refusals.Undecodable(type, $"json: cannot unmarshal into Go struct field {type.Kind}.{wrong.Field}: {wrong.Body}");
        }
    }

    private static StatusException Unmarshal(ResourceType type, string field, string expected, JsonNode? sent) =>
        Refusals.Undecodable(type, $"json: cannot unmarshal {SchemaValidator.TypeOf(sent)} into Go struct field {type.Kind}.{field} of type {expected}");

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
            throw Refusals.Undecodable(type, $"strict decoding error: {string.Join(", ", problems)}");
        }

        foreach (var problem in problems)
        {
            options.Warnings.Add(problem);
        }
    }
}
