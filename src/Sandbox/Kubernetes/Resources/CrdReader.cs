using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Schema;
using GovernedFinetune.Sandbox.Kubernetes.Tables;

namespace GovernedFinetune.Sandbox.Kubernetes.Resources;

/// <summary>Turns a valid CustomResourceDefinition into the resources that it serves.</summary>
internal static class CrdReader
{
    private static readonly PrinterColumn Age = new("Age", "date", JsonPath.Parse(".metadata.creationTimestamp"), 0, "", "Time since creation.");

    /// <summary>The served versions of a definition.</summary>
    public static IEnumerable<ResourceType> ResourceTypes(JsonObject definition)
    {
        var spec = definition.Object("spec")!;
        var versions = spec.Array("versions")!.OfType<JsonObject>().ToList();
        var stored = versions.Find(v => v.Flag("storage"))!.Text("name")!;
        return [.. versions.Where(v => v.Flag("served")).Select(v => Type(spec, v, stored))];
    }

    private static ResourceType Type(JsonObject spec, JsonObject version, string storedVersion)
    {
        var group = spec.Text("group")!;
        var name = version.Text("name")!;
        var names = spec.Object("names")!;
        var kind = names.Text("kind")!;
        var document = version.Object("schema").Object("openAPIV3Schema")!.Copy();
        var schema = new SchemaReader().Read(document, FieldPath.Root);
        _ = Cel.RuleCompiler.CompileAll(schema, FieldPath.Root, []);
        BuiltinResources.WithTypeMeta(document);
        return new ResourceType
        {
            Group = group,
            Version = name,
            Kind = kind,
            Plural = names.Text("plural")!,
            Singular = names.Text("singular")!,
            Namespaced = spec.Text("scope") == "Namespaced",
            ShortNames = [.. names["shortNames"].Texts()],
            Categories = [.. names["categories"].Texts()],
            HasStatus = version.Object("subresources").Object("status") is not null,
            HasGeneration = true,
            IsCustom = true,
            Schema = schema,
            SchemaDocument = document,
            SchemaName = $"{string.Join('.', group.Split('.').Reverse())}.{name}.{kind}",
            Columns = Columns(version),
            SelectableFields = [.. (version.Array("selectableFields") ?? []).Select(f => f.Text("jsonPath")!.TrimStart('.'))],
            Conversion = name == storedVersion ? null : new VersionConversion($"{group}/{name}", $"{group}/{storedVersion}"),
            Collection = $"{names.Text("plural")}.{group}",
        };
    }

    private static List<PrinterColumn> Columns(JsonObject version)
    {
        var columns = (version.Array("additionalPrinterColumns") ?? []).OfType<JsonObject>().ToList();
        return columns.Count == 0
            ? [Age]
            : [.. columns.Select(c => new PrinterColumn(
                c.Text("name")!,
                c.Text("type")!,
                JsonPath.Parse(c.Text("jsonPath")!),
                (int)(c.Whole("priority") ?? 0),
                c.Text("format") ?? "",
                c.Text("description") ?? ""))];
    }

    /// <summary>Conversion strategy None: only <c>apiVersion</c> differs.</summary>
    private sealed class VersionConversion(string served, string stored) : IConversion
    {
        public JsonObject ToStored(JsonObject from) => With(from, stored);

        public JsonObject FromStored(JsonObject from) => With(from, served);

        private static JsonObject With(JsonObject from, string apiVersion)
        {
            var result = from.Copy();
            result["apiVersion"] = apiVersion;
            return result;
        }
    }
}
