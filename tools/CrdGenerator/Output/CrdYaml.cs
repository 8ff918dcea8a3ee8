using GovernedFinetune.CrdGenerator.Schema;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace GovernedFinetune.CrdGenerator.Output;

/// <summary>Writes a resource as a CustomResourceDefinition manifest.</summary>
internal static class CrdYaml
{
    private const string Header = "# Generated from src/Entities by `make generate`. Change the C# types, not this file.\n";

    // Long descriptions stay on one line, so that a change of one word is a diff of one line.
    private static readonly EmitterSettings Settings = new(
        bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024, skipAnchorName: true, newLine: "\n");

    private static readonly ISerializer Serializer = new SerializerBuilder()
        .DisableAliases()
        .WithQuotingNecessaryStrings(quoteYaml1_1Strings: true)
        .WithNewLine("\n")
        .Build();

    public static string Write(CustomResource resource)
    {
        using var text = new StringWriter { NewLine = "\n" };
        text.Write(Header);
        Serializer.Serialize(new Emitter(text, Settings), Definition(resource));
        return text.ToString();
    }

    private static Dictionary<string, object> Definition(CustomResource resource) => new()
    {
        ["apiVersion"] = "apiextensions.k8s.io/v1",
        ["kind"] = "CustomResourceDefinition",
        ["metadata"] = new Dictionary<string, object>
        {
            ["name"] = $"{resource.Plural}.{resource.Group}",
            ["labels"] = new Dictionary<string, object> { ["app.kubernetes.io/part-of"] = "governed-finetune" },
        },
        ["spec"] = new Dictionary<string, object>
        {
            ["group"] = resource.Group,
            ["scope"] = resource.Scope,
            ["names"] = Names(resource),
            ["versions"] = new object[] { Version(resource) },
        },
    };

    private static Dictionary<string, object> Names(CustomResource resource) => new()
    {
        ["kind"] = resource.Kind,
        ["listKind"] = $"{resource.Kind}List",
        ["plural"] = resource.Plural,
        ["singular"] = resource.Kind.ToLowerInvariant(),
        ["shortNames"] = resource.ShortNames,
        ["categories"] = resource.Categories,
    };

    private static Dictionary<string, object> Version(CustomResource resource) => new()
    {
        ["name"] = resource.Version,
        ["served"] = true,
        ["storage"] = true,
        ["subresources"] = new Dictionary<string, object> { ["status"] = new Dictionary<string, object>() },
        ["additionalPrinterColumns"] = resource.PrinterColumns.Select(Column).ToArray(),
        ["selectableFields"] = resource.SelectableFields
            .Select(path => new Dictionary<string, object> { ["jsonPath"] = path }).ToArray(),
        ["schema"] = new Dictionary<string, object> { ["openAPIV3Schema"] = SchemaYaml.Of(resource.Schema) },
    };

    private static Dictionary<string, object> Column(PrinterColumn column)
    {
        var yaml = new Dictionary<string, object> { ["name"] = column.Name, ["type"] = column.Type, ["jsonPath"] = column.JsonPath };
        if (column.Description is { } description)
        {
            yaml["description"] = description;
        }

        if (column.Priority != 0)
        {
            yaml["priority"] = column.Priority;
        }

        return yaml;
    }
}
