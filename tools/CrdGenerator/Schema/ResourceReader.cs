using System.Reflection;
using k8s.Models;
using KubeOps.Abstractions.Entities;
using KubeOps.Abstractions.Entities.Attributes;

namespace GovernedFinetune.CrdGenerator.Schema;

/// <summary>Reads a custom resource from its C# type: names and columns from the class, the schema from its properties.</summary>
internal sealed class ResourceReader(XmlDocs docs, Supplements supplements)
{
    private static readonly SchemaNode ApiVersion = new()
    {
        Type = "string",
        Description = "The API group and version of this object.",
    };

    private static readonly SchemaNode Kind = new()
    {
        Type = "string",
        Description = "The kind of this object.",
    };

    private readonly SchemaReader _schemas = new(docs, supplements);

    public CustomResource Read(Type entity)
    {
        var names = entity.GetCustomAttribute<KubernetesEntityAttribute>()
            ?? throw new InvalidOperationException($"{entity} has no [KubernetesEntity]: group, version and kind come from it");
        var supplement = supplements.Of(entity);

        return new CustomResource
        {
            Group = names.Group,
            Version = names.ApiVersion,
            Kind = names.Kind,
            Plural = names.PluralName,
            Scope = (entity.GetCustomAttribute<EntityScopeAttribute>()?.Scope ?? EntityScope.Namespaced).ToString(),
            ShortNames = [.. entity.GetCustomAttributes<KubernetesEntityShortNamesAttribute>().SelectMany(a => a.ShortNames)],
            Categories = supplement.Categories,
            SelectableFields = supplement.SelectableFields,
            PrinterColumns = [.. entity.GetCustomAttributes<GenericAdditionalPrinterColumnAttribute>().Select(Column)],
            Schema = Root(entity),
        };
    }

    private static PrinterColumn Column(GenericAdditionalPrinterColumnAttribute column) =>
        new(column.Name, column.Type, column.JsonPath, (int)column.Priority, column.Description);

    private SchemaNode Root(Type entity) => new()
    {
        Type = "object",
        Description = docs.Summary(entity),
        Properties =
        [
            new("apiVersion", Required: false, ApiVersion),
            new("kind", Required: false, Kind),
            new("metadata", Required: false, new SchemaNode { Type = "object" }),
            new("spec", Required: true, _schemas.Read(entity.GetProperty("Spec")!.PropertyType)),
            new("status", Required: false, _schemas.Read(entity.GetProperty("Status")!.PropertyType)),
        ],
    };
}
