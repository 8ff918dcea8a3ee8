using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace GovernedFinetune.Sandbox.Kubernetes.Schema;

/// <summary>One entry of <c>x-kubernetes-validations</c> as it stands in the schema.</summary>
/// <param name="Rule">The CEL expression.</param>
/// <param name="Message">Fixed message, if given.</param>
/// <param name="MessageExpression">CEL expression of the message, if given.</param>
/// <param name="Reason">Cause reason, if given.</param>
/// <param name="FieldPath">Field that the error is to name, such as <c>.spec.foo</c>, if given.</param>
/// <param name="OptionalOldSelf">Whether the rule is also tried on creation, with an optional <c>oldSelf</c>.</param>
internal sealed record RuleSource(string Rule, string? Message, string? MessageExpression, string? Reason, string? FieldPath, bool OptionalOldSelf);

/// <summary>An OpenAPI v3 schema node as Kubernetes uses it. Built once by <see cref="SchemaReader"/>, then only read.</summary>
internal sealed class JsonSchema
{
    public string? Type { get; set; }

    public string? Format { get; set; }

    public bool Nullable { get; set; }

    public JsonNode? Default { get; set; }

    public Dictionary<string, JsonSchema> Properties { get; } = new(StringComparer.Ordinal);

    public JsonSchema? Items { get; set; }

    /// <summary>Schema of a map's values.</summary>
    public JsonSchema? AdditionalProperties { get; set; }

    /// <summary><c>additionalProperties: true</c>.</summary>
    public bool AnyAdditionalProperties { get; set; }

    public IReadOnlyList<string> Required { get; set; } = [];

    public IReadOnlyList<JsonNode?> Enum { get; set; } = [];

    public string? Pattern { get; set; }

    /// <summary><see cref="Pattern"/>, ready to match.</summary>
    public Regex? CompiledPattern { get; set; }

    public double? Minimum { get; set; }

    public double? Maximum { get; set; }

    public bool ExclusiveMinimum { get; set; }

    public bool ExclusiveMaximum { get; set; }

    public double? MultipleOf { get; set; }

    public long? MinLength { get; set; }

    public long? MaxLength { get; set; }

    public long? MinItems { get; set; }

    public long? MaxItems { get; set; }

    public long? MinProperties { get; set; }

    public long? MaxProperties { get; set; }

    public IReadOnlyList<JsonSchema> AllOf { get; set; } = [];

    public IReadOnlyList<JsonSchema> AnyOf { get; set; } = [];

    public IReadOnlyList<JsonSchema> OneOf { get; set; } = [];

    public JsonSchema? Not { get; set; }

    public bool PreserveUnknown { get; set; }

    public bool EmbeddedResource { get; set; }

    public bool IntOrString { get; set; }

    /// <summary><c>atomic</c>, <c>set</c>, <c>map</c>, or null for the default (atomic).</summary>
    public string? ListType { get; set; }

    public IReadOnlyList<string> ListMapKeys { get; set; } = [];

    /// <summary><c>atomic</c> or <c>granular</c>, or null for the default (granular).</summary>
    public string? MapType { get; set; }

    /// <summary>Strategic merge: <c>merge</c>, <c>replace</c>, <c>retainKeys</c>; comma-separated.</summary>
    public string? PatchStrategy { get; set; }

    /// <summary>Strategic merge: the key by which list items are matched.</summary>
    public string? PatchMergeKey { get; set; }

    public IReadOnlyList<RuleSource> Rules { get; set; } = [];

    /// <summary>The rules, compiled when the definition was accepted.</summary>
    public IReadOnlyList<Cel.CompiledRule> CompiledRules { get; set; } = [];

    /// <summary>The schema of a member of an object that this schema describes, or null when the member is unknown.</summary>
    public JsonSchema? Member(string name) => Properties.GetValueOrDefault(name) ?? AdditionalProperties;

    /// <summary>Whether this list is merged item by item under its keys.</summary>
    public bool IsListMap => ListType == "map" && ListMapKeys.Count > 0;
}
