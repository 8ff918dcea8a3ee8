using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Access;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Objects;
using GovernedFinetune.Sandbox.Kubernetes.Resources;
using GovernedFinetune.Sandbox.Kubernetes.Selectors;
using GovernedFinetune.Sandbox.Kubernetes.Storage;

namespace GovernedFinetune.Sandbox.Kubernetes.Http;

/// <summary>One request on a resource: who is meant, with which parameters.</summary>
internal sealed record ResourceRequest(HttpContext Http, ResourceType Type, RequestTarget Target, RequestQuery Query)
{
    /// <summary>Who asks.</summary>
    public required Caller Caller { get; init; }

    /// <summary>Judges the outcome of a write; see <see cref="Objects.WriteOptions.Admit"/>.</summary>
    public required Action<JsonObject, JsonObject?> Admit { get; init; }

    public ObjectKey Key => new(Target.Namespace, Target.Name);

    /// <summary>How to write, from the query.</summary>
    public WriteOptions WriteOptions(IReadOnlyCollection<string> duplicates, ICollection<string> warnings) => new()
    {
        DryRun = Query.DryRun,
        FieldValidation = Query.FieldValidation,
        FieldManager = Query.FieldManager,
        Force = Query.Force,
        Subresource = Target.Subresource,
        Duplicates = duplicates,
        Warnings = warnings,
        Admit = Admit,
    };

    /// <summary>The selectors, together with the namespace and name of the path.</summary>
    public Func<StoredObject, bool> Filter()
    {
        var labels = LabelSelector.Parse(Query.LabelSelector);
        var fields = FieldSelector.Parse(Type, Query.FieldSelector);
        var (space, name) = (Target.Namespace, Target.Name);
        return stored => (space.Length == 0 || stored.Key.Namespace == space)
            && (name.Length == 0 || stored.Key.Name == name)
            && (labels.IsEmpty || labels.Matches(stored.Json))
            && (fields.IsEmpty || fields.Matches(Served(stored)));
    }

    /// <summary>An object of a built-in kind as an item of a list: the list names the kind, so the item does not.</summary>
    public byte[] ListItem(StoredObject stored)
    {
        var item = Served(stored).Copy();
        _ = item.Remove("kind");
        _ = item.Remove("apiVersion");
        return item.ToUtf8();
    }

    /// <summary>A stored object in the version of the request. Shared: clone before changing.</summary>
    public JsonObject Served(StoredObject stored) => Type.Conversion?.FromStored(stored.Json) ?? stored.Json;
}
