using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Schema;

namespace GovernedFinetune.Sandbox.Kubernetes.Resources;

/// <summary>One version of one resource that the server has, built in or defined by a CustomResourceDefinition.</summary>
internal sealed record ResourceType
{
    public static readonly IReadOnlyList<string> AllVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    /// <summary>API group; empty for the core group.</summary>
    public required string Group { get; init; }

    public required string Version { get; init; }

    public required string Kind { get; init; }

    public required string Plural { get; init; }

    public required string Singular { get; init; }

    public string ListKind => $"{Kind}List";

    public required bool Namespaced { get; init; }

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>Whether <c>/status</c> is a resource of its own, which isolates status from the rest.</summary>
    public bool HasStatus { get; init; }

    /// <summary>What can be done to it.</summary>
    public IReadOnlyList<string> Verbs { get; init; } = AllVerbs;

    /// <summary>Whether objects of this kind are questions, which are answered and not kept.</summary>
    public bool IsReview => Verbs is ["create"];

    /// <summary>Subresources besides <c>status</c>.</summary>
    public IReadOnlyList<Subresource> Subresources { get; init; } = [];

    /// <summary>Whether objects count the changes of their specification in <c>metadata.generation</c>.</summary>
    public bool HasGeneration { get; init; }

    /// <summary>Whether a PUT without <c>metadata.resourceVersion</c> overwrites whatever is there.</summary>
    public bool AllowsUnconditionalUpdate { get; init; }

    /// <summary>Whether a PUT of an absent object makes it.</summary>
    public bool AllowsCreateOnUpdate { get; init; }

    /// <summary>Whether this comes from a CustomResourceDefinition.</summary>
    public bool IsCustom { get; init; }

    /// <summary>What objects look like.</summary>
    public required JsonSchema Schema { get; init; }

    /// <summary>The schema as OpenAPI documents show it.</summary>
    public required JsonObject SchemaDocument { get; init; }

    /// <summary>Name of the schema among the document's components, such as <c>io.k8s.api.core.v1.Secret</c>.</summary>
    public required string SchemaName { get; init; }

    /// <summary>Columns after NAME; empty means only AGE.</summary>
    public IReadOnlyList<PrinterColumn> Columns { get; init; } = [];

    /// <summary>Fields besides <c>metadata.name</c> and <c>metadata.namespace</c> that field selectors may name, such as <c>spec.profile</c>.</summary>
    public IReadOnlyList<string> SelectableFields { get; init; } = [];

    /// <summary>What the server does to objects of this kind beyond the schema.</summary>
    public IResourceRules Rules { get; init; } = NoRules.Instance;

    /// <summary>How objects are kept when this version is only a view of another one; null when it is the stored form.</summary>
    public IConversion? Conversion { get; init; }

    /// <summary>Where objects are kept; the versions of a resource share it.</summary>
    public required string Collection { get; init; }

    /// <summary><c>group/version</c>, or only the version for the core group.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary><c>plural.group</c>, as messages name the resource.</summary>
    public string QualifiedPlural => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <summary><c>Kind.group</c>, as messages name the kind.</summary>
    public string QualifiedKind => Group.Length == 0 ? Kind : $"{Kind}.{Group}";
}

/// <summary>A subresource that takes a kind of its own.</summary>
/// <param name="Name">Last part of its path, such as <c>token</c>.</param>
/// <param name="Verbs">What can be done to it.</param>
/// <param name="Body">The kind that is sent to it.</param>
internal sealed record Subresource(string Name, IReadOnlyList<string> Verbs, ResourceType Body);

/// <summary>What the server does to objects of one kind beyond their schema.</summary>
internal interface IResourceRules
{
    /// <summary>Fills in what the server owns, before validation. <paramref name="old"/> is null on creation.</summary>
    void Prepare(JsonObject next, JsonObject? old);

    /// <summary>Checks that no schema can express.</summary>
    IEnumerable<FieldError> Validate(JsonObject next, JsonObject? old);
}

/// <summary>Turns the objects of a version into the stored form and back.</summary>
internal interface IConversion
{
    /// <summary>The stored form of an object of this version.</summary>
    JsonObject ToStored(JsonObject served);

    /// <summary>A stored object in this version.</summary>
    JsonObject FromStored(JsonObject stored);
}

/// <summary>For kinds that are stored as they are.</summary>
internal sealed class NoRules : IResourceRules
{
    public static readonly NoRules Instance = new();

    public void Prepare(JsonObject next, JsonObject? old)
    {
    }

    public IEnumerable<FieldError> Validate(JsonObject next, JsonObject? old) => [];
}
