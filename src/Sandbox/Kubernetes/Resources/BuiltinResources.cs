using System.Reflection;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Schema;
using GovernedFinetune.Sandbox.Kubernetes.Tables;

namespace GovernedFinetune.Sandbox.Kubernetes.Resources;

/// <summary>The resources that the server has from the start, read from the YAML files in <c>Resources/Builtin</c>.</summary>
internal sealed class BuiltinResources
{
    private const string MetaPackage = "io.k8s.apimachinery.pkg.apis.meta.v1";
    private static readonly string[] GroupFiles = ["core-v1", "apiextensions-v1", "apps-v1", "authn-v1", "authz-v1", "coordination-v1", "events-v1", "rbac-v1"];
    private static readonly PrinterColumn Age = new("Age", "date", JsonPath.Parse(".metadata.creationTimestamp"), 0, "", "Time since creation.");

    private readonly SchemaReader _reader;

    /// <param name="rules">What the server does beyond the schema, by the name that the files use.</param>
    /// <param name="conversions">Views of one stored form, by the name that the files use.</param>
    public BuiltinResources(IReadOnlyDictionary<string, IResourceRules> rules, IReadOnlyDictionary<string, IConversion> conversions)
    {
        Definitions = (JsonObject)Read("meta-v1")["definitions"]!.DeepClone();
        var groups = GroupFiles.Select(Read).ToList();
        foreach (var group in groups)
        {
            AddDefinitions(group);
        }

        _reader = new SchemaReader(Definitions);
        ObjectMeta = _reader.Read(Reference($"{MetaPackage}.ObjectMeta"), FieldPath.Of("metadata"));
        Types = [.. groups
            .SelectMany(group => group.Array("resources")!.OfType<JsonObject>().Select(r => Type(group, r, rules, conversions)))
            .Select(type => type with { Subresources = [.. groups.SelectMany(group => Subresources(group, type, rules, conversions))] })];
        if (_reader.Errors.Count > 0)
        {
            throw new InvalidOperationException($"The built-in schemas are wrong: {FieldError.Summary(_reader.Errors)}");
        }
    }

    /// <summary>Every OpenAPI component of the built-in resources, by name.</summary>
    public JsonObject Definitions { get; }

    /// <summary>Schema of <c>metadata</c>.</summary>
    public JsonSchema ObjectMeta { get; }

    /// <summary>The resources.</summary>
    public IReadOnlyList<ResourceType> Types { get; }

    /// <summary>A schema that points at a component.</summary>
    public static JsonObject Reference(string component) => new() { ["$ref"] = $"#/components/schemas/{component}" };

    /// <summary>Name of the component for <c>metadata</c>.</summary>
    public static string ObjectMetaName => $"{MetaPackage}.ObjectMeta";

    /// <summary>Name of the component for a list's <c>metadata</c>.</summary>
    public static string ListMetaName => $"{MetaPackage}.ListMeta";

    private void AddDefinitions(JsonObject group)
    {
        var kinds = group.Array("resources")!.Concat(group.Array("subresources") ?? []).Select(r => r.Text("kind")).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, definition) in group.Object("definitions")!)
        {
            var schema = (JsonObject)definition!.DeepClone();
            if (kinds.Contains(name))
            {
                WithTypeMeta(schema);
            }

            Definitions[$"{group.Text("package")}.{name}"] = schema;
        }
    }

    /// <summary>Adds <c>apiVersion</c>, <c>kind</c> and <c>metadata</c>, which every object has, in front of a schema's properties.</summary>
    public static void WithTypeMeta(JsonObject schema)
    {
        var properties = new JsonObject
        {
            ["apiVersion"] = new JsonObject { ["type"] = "string", ["description"] = "API group and version that this representation follows." },
            ["kind"] = new JsonObject { ["type"] = "string", ["description"] = "Kind of the object; CamelCase, cannot be changed." },
            ["metadata"] = new JsonObject
            {
                ["description"] = "Metadata that all persisted resources have.",
                ["allOf"] = new JsonArray(Reference(ObjectMetaName)),
            },
        };
        foreach (var (name, property) in schema.Object("properties") ?? [])
        {
            if (!properties.ContainsKey(name))
            {
                properties[name] = property?.DeepClone();
            }
        }

        schema["properties"] = properties;
    }

    private ResourceType Type(
        JsonObject group,
        JsonObject json,
        IReadOnlyDictionary<string, IResourceRules> rules,
        IReadOnlyDictionary<string, IConversion> conversions)
    {
        var kind = json.Text("kind")!;
        var plural = json.Text("plural") ?? json.Text("name")!;
        var name = $"{group.Text("package")}.{kind}";
        var schema = _reader.Read(Reference(name), FieldPath.Root);
        schema.Properties["metadata"] = ObjectMeta;
        return new ResourceType
        {
            Group = group.Text("group")!,
            Version = group.Text("version")!,
            Kind = kind,
            Plural = plural,
            Singular = json.Text("singular") ?? "",
            Namespaced = json.Flag("namespaced"),
            ShortNames = [.. json["shortNames"].Texts()],
            Categories = [.. json["categories"].Texts()],
            HasStatus = json.Flag("status"),
            Verbs = json["verbs"] is { } verbs ? [.. verbs.Texts()] : ResourceType.AllVerbs,
            HasGeneration = json.Flag("generation"),
            AllowsUnconditionalUpdate = json.Flag("unconditionalUpdate"),
            AllowsCreateOnUpdate = json.Flag("createOnUpdate"),
            Schema = schema,
            SchemaDocument = Definitions.Object(name)!,
            SchemaName = name,
            Columns = Columns(json),
            SelectableFields = [.. json["selectableFields"].Texts()],
            Rules = json.Text("rules") is { } rule ? rules[rule] : NoRules.Instance,
            Conversion = json.Text("conversion") is { } conversion ? conversions[conversion] : null,
            Collection = json.Text("collection") ?? (group.Text("group")!.Length == 0 ? plural : $"{plural}.{group.Text("group")}"),
        };
    }

    /// <summary>The subresources that a group's file adds to a resource, which may be of another group.</summary>
    private IEnumerable<Subresource> Subresources(
        JsonObject group,
        ResourceType type,
        IReadOnlyDictionary<string, IResourceRules> rules,
        IReadOnlyDictionary<string, IConversion> conversions) => (group.Array("subresources") ?? [])
            .OfType<JsonObject>()
            .Where(s => s.Text("of") == type.Collection)
            .Select(s => new Subresource(s.Text("name")!, [.. s["verbs"].Texts()], Type(group, s, rules, conversions)));

    private static List<PrinterColumn> Columns(JsonObject json)
    {
        var columns = (json.Array("columns") ?? []).OfType<JsonObject>().Select(c => new PrinterColumn(
            c.Text("name")!,
            c.Text("type")!,
            JsonPath.Parse(c.Text("jsonPath")!),
            (int)(c.Whole("priority") ?? 0),
            "",
            c.Text("description") ?? "",
            c.Flag("counts"))).ToList();
        if (!columns.Exists(c => c.Name == "Created At"))
        {
            columns.Add(Age);
        }

        return columns;
    }

    private static JsonObject Read(string file)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var resource = assembly.GetManifestResourceNames().Single(name => name.EndsWith($".Builtin.{file}.yaml", StringComparison.Ordinal));
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return (JsonObject)YamlReading.Parse(reader.ReadToEnd())!;
    }
}
