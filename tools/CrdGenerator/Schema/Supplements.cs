using System.Linq.Expressions;
using System.Reflection;
using GovernedFinetune.Entities;

namespace GovernedFinetune.CrdGenerator.Schema;

/// <summary>
/// What a CRD can say and KubeOps' attributes cannot: limits of list items and map values, categories, selectable fields.
/// Everything else is an attribute on the entity. Upstream's own generator therefore makes CRDs that are right but
/// looser by exactly this list.
/// </summary>
internal sealed class Supplements
{
    private readonly Dictionary<MemberInfo, ElementLimits> _elements = [];
    private readonly Dictionary<Type, ResourceSupplement> _resources = [];

    /// <summary>The supplements of this project's resources.</summary>
    public static Supplements Create()
    {
        string[] categories = ["governed"];
        var tableName = new ElementLimits(MinLength: 5, MaxLength: 767, Patterns.ThreePartName);
        var schemaName = new ElementLimits(MinLength: 3, MaxLength: 511, Patterns.SchemaName);

        return new Supplements()
            .Resource<FineTuneRun>(categories, [".spec.profile", ".spec.grant", ".status.phase"])
            .Resource<DatasetGrant>(categories, [".spec.profile", ".spec.principal", ".status.phase"])
            .Elements<DatasetGrantSpec>(spec => spec.Tables, tableName)
            .Elements<DatasetGrantSpec>(spec => spec.WriteSchemas, schemaName)
            .Elements<DatasetGrantSpec>(spec => spec.ModelSchemas, schemaName)
            // SageMaker takes values of up to 2500 characters; these go into the job document as well.
            .Elements<TrainingSpec>(spec => spec.Hyperparameters, new ElementLimits(MinLength: null, MaxLength: 512, Pattern: null))
            .Elements<LineageStatus>(status => status.ExternalObjects, new ElementLimits(MinLength: 1, MaxLength: 1024, Pattern: null));
    }

    public ElementLimits? Of(MemberInfo property) => _elements.GetValueOrDefault(property);

    public ResourceSupplement Of(Type entity) =>
        _resources.TryGetValue(entity, out var supplement) ? supplement : new ResourceSupplement([], []);

    private Supplements Resource<TEntity>(IReadOnlyList<string> categories, IReadOnlyList<string> selectableFields)
    {
        _resources.Add(typeof(TEntity), new ResourceSupplement(categories, selectableFields));
        return this;
    }

    private Supplements Elements<T>(Expression<Func<T, object?>> property, ElementLimits limits)
    {
        _elements.Add(((MemberExpression)property.Body).Member, limits);
        return this;
    }
}

/// <summary>Limits of every item of a list of strings, or of every value of a map of strings.</summary>
internal sealed record ElementLimits(long? MinLength, long? MaxLength, string? Pattern);

/// <summary>What is said of the resource itself.</summary>
internal sealed record ResourceSupplement(IReadOnlyList<string> Categories, IReadOnlyList<string> SelectableFields);
