using GovernedFinetune.CrdGenerator;
using GovernedFinetune.CrdGenerator.Schema;

namespace GovernedFinetune.Entities.Tests;

/// <summary>Every node of the generated schemas with its path, such as <c>FineTuneRun.spec.source.table</c>.</summary>
internal static class SchemaWalk
{
    public static IReadOnlyList<CustomResource> Resources { get; } = GeneratedFiles.Resources();

    public static CustomResource Run => Resources.Single(resource => resource.Kind == "FineTuneRun");

    public static CustomResource Grant => Resources.Single(resource => resource.Kind == "DatasetGrant");

    public static IEnumerable<(string Path, SchemaNode Node)> All() =>
        Resources.SelectMany(resource => Below(resource.Kind, resource.Schema));

    public static IEnumerable<(string Path, SchemaNode Node)> Below(string path, SchemaNode node)
    {
        var children = node.Properties.Select(property => ($"{path}.{property.Name}", property.Schema));
        if (node.Items is { } items)
        {
            children = children.Append(($"{path}[]", items));
        }

        if (node.AdditionalProperties is { } values)
        {
            children = children.Append(($"{path}{{}}", values));
        }

        return children.SelectMany(child => Below(child.Item1, child.Item2)).Prepend((path, node));
    }

    public static SchemaNode At(this CustomResource resource, string path) =>
        path.Split('.').Aggregate(resource.Schema, (node, name) =>
            node.Properties.SingleOrDefault(property => property.Name == name)?.Schema
            ?? throw new KeyNotFoundException($"{resource.Kind} has no {path}: '{name}' is not there"));
}
