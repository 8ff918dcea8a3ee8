using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Http;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Objects;
using GovernedFinetune.Sandbox.Kubernetes.Resources;
using GovernedFinetune.Sandbox.Kubernetes.Schema;

namespace GovernedFinetune.Sandbox.Kubernetes.Apply;

/// <summary>Keeps track of who set which field, and merges what server-side apply sends.</summary>
internal sealed class FieldManager(JsonSchema objectMeta, TimeProvider clock)
{
    /// <summary>Fields of the server's own, which nobody manages.</summary>
    private static readonly string[] ServerFields =
    [
        "name", "namespace", "creationTimestamp", "selfLink", "uid", "generation", "managedFields", "resourceVersion",
        "deletionTimestamp", "deletionGracePeriodSeconds",
    ];

    private readonly ConditionalWeakTable<JsonSchema, JsonSchema> _schemas = [];

    /// <summary>The managers after an ordinary write.</summary>
    /// <param name="type">The object's type.</param>
    /// <param name="old">The object before; null on creation.</param>
    /// <param name="next">The object after.</param>
    /// <param name="sent"><c>managedFields</c> as the client sent it: a list takes the place of what was there.</param>
    /// <param name="options">Who writes.</param>
    public JsonArray? AfterUpdate(ResourceType type, JsonObject? old, JsonObject next, JsonArray? sent, WriteOptions options)
    {
        var (set, removed) = TypedFields.Compare(old ?? [], next, WithMetadata(type));
        set = Owned(set, type, options.Subresource);
        var manager = new ManagerId(options.FieldManager, "Update", type.ApiVersion, options.Subresource);
        var before = old.Object("metadata").Array("managedFields");
        if (sent is null && before is not null && removed.IsEmpty && ManagedFields.HasAll(before, manager, set))
        {
            // By far the most writes set again what their manager has set before.
            return next.Object("metadata").Array("managedFields") ?? before;
        }

        var stored = ManagedFields.Read(before) ?? [];
        var entries = Given(sent) ?? new Dictionary<ManagerId, ManagedEntry>(stored);
        foreach (var (id, entry) in entries.ToList())
        {
            entries[id] = entry with { Fields = FieldSet.Difference(FieldSet.RecursiveDifference(entry.Fields, removed), set) };
        }

        var owned = entries.GetValueOrDefault(manager)?.Fields ?? new FieldSet();
        entries[manager] = new ManagedEntry(manager, "", FieldSet.Union(owned, set));
        return Write(entries, stored);
    }

    /// <summary>Merges an applied configuration into an object.</summary>
    /// <param name="type">The object's type.</param>
    /// <param name="live">The object before; empty on creation.</param>
    /// <param name="applied">The configuration, decoded but without defaults.</param>
    /// <param name="options">Who applies, and whether by force.</param>
    /// <returns>The merged object, and its managers.</returns>
    /// <exception cref="StatusException">Others own fields that would change, and it is not by force.</exception>
    public (JsonObject Merged, JsonArray? Managers) Apply(ResourceType type, JsonObject live, JsonObject applied, WriteOptions options)
    {
        var schema = WithMetadata(type);
        var stored = ManagedFields.Read(live.Object("metadata").Array("managedFields")) ?? [];
        var entries = new Dictionary<ManagerId, ManagedEntry>(stored);
        var id = new ManagerId(options.FieldManager, "Apply", type.ApiVersion, options.Subresource);
        var config = applied.Copy();
        foreach (var field in ServerFields)
        {
            _ = config.Object("metadata")?.Remove(field);
        }

        var now = Owned(TypedFields.Of(config, schema), type, options.Subresource);
        var before = entries.GetValueOrDefault(id)?.Fields ?? new FieldSet();
        _ = entries.Remove(id);

        var merged = live.Copy();
        TypedFields.Merge(merged, Restrict(config, type, options.Subresource), schema);
        var others = entries.Values.Aggregate(new FieldSet(), (all, e) => FieldSet.Union(all, e.Fields));
        TypedFields.Prune(merged, before, now, others, schema);

        var (changed, removed) = TypedFields.Compare(live, merged, schema);
        var conflicts = entries.Values
            .Select(e => e with { Fields = FieldSet.Intersection(e.Fields, changed) })
            .Where(e => !e.Fields.IsEmpty)
            .ToList();
        if (conflicts.Count > 0 && !options.Force)
        {
            throw Conflict(conflicts);
        }

        foreach (var (other, entry) in entries.ToList())
        {
            entries[other] = entry with { Fields = FieldSet.Difference(FieldSet.RecursiveDifference(entry.Fields, removed), changed) };
        }

        entries[id] = new ManagedEntry(id, "", now);
        return (merged, Write(entries, stored));
    }

    /// <summary>What the client made of the list; null when it left it alone or sent something malformed.</summary>
    private static Dictionary<ManagerId, ManagedEntry>? Given(JsonArray? sent) => sent switch
    {
        null => null,
        // The documented way to reset the list.
        { Count: 0 } or [JsonObject { Count: 0 }] => [],
        _ => ManagedFields.Read(sent),
    };

    /// <summary>Writes the entries; the time of an entry moves only when its fields changed.</summary>
    private JsonArray? Write(Dictionary<ManagerId, ManagedEntry> entries, Dictionary<ManagerId, ManagedEntry> stored)
    {
        var now = Timestamps.Seconds(clock.GetUtcNow());
        return ManagedFields.Write(entries.Values.Select(e =>
            stored.TryGetValue(e.Id, out var before) && FieldSet.Same(before.Fields, e.Fields)
                ? e with { Time = before.Time }
                : e with { Time = now }));
    }

    /// <summary>Leaves out what nobody manages, and what the subresource does not write.</summary>
    private static FieldSet Owned(FieldSet set, ResourceType type, string subresource)
    {
        set.Drop("f:apiVersion");
        set.Drop("f:kind");
        if (set.Children.TryGetValue("f:metadata", out var metadata))
        {
            metadata.IsMember = false;
            foreach (var field in ServerFields)
            {
                metadata.Drop($"f:{field}");
            }
        }

        if (subresource == "status")
        {
            foreach (var step in set.Children.Keys.Where(step => step != "f:status").ToList())
            {
                set.Drop(step);
            }
        }
        else if (type.HasStatus)
        {
            set.Drop("f:status");
        }

        return set;
    }

    private static JsonObject Restrict(JsonObject config, ResourceType type, string subresource)
    {
        if (subresource == "status")
        {
            foreach (var name in config.Select(m => m.Key).Where(name => name is not ("status" or "apiVersion" or "kind")).ToList())
            {
                _ = config.Remove(name);
            }
        }
        else if (type.HasStatus)
        {
            _ = config.Remove("status");
        }

        return config;
    }

    /// <summary>The type's schema, with the one of <c>metadata</c> that every object has.</summary>
    private JsonSchema WithMetadata(ResourceType type) => _schemas.GetValue(type.Schema, inner =>
    {
        var schema = new JsonSchema { Type = "object", PreserveUnknown = inner.PreserveUnknown, AdditionalProperties = inner.AdditionalProperties };
        foreach (var (name, property) in inner.Properties)
        {
            schema.Properties[name] = property;
        }

        schema.Properties["metadata"] = objectMeta;
        return schema;
    });

    private static StatusException Conflict(List<ManagedEntry> conflicts)
    {
        var causes = conflicts
            .SelectMany(c => c.Fields.Paths().Select(path => new StatusCause("FieldManagerConflict", $"conflict with {Name(c)}", path)))
            .ToList();
        var lines = conflicts.Select(c =>
        {
            var paths = c.Fields.Paths().ToList();
            return paths.Count == 1
                ? $"conflict with {Name(c)}: {paths[0]}"
                : $"conflicts with {Name(c)}:\n- {string.Join("\n- ", paths)}";
        });
        return new StatusException(409, "Conflict", $"Apply failed with {causes.Count} conflict{(causes.Count == 1 ? "" : "s")}: {string.Join("\n", lines)}")
        {
            Causes = causes,
        };
    }

    private static string Name(ManagedEntry entry)
    {
        var name = $"\"{entry.Id.Manager}\"" + (entry.Id.Subresource.Length > 0 ? $" with subresource \"{entry.Id.Subresource}\"" : "");
        return entry.Id.Operation == "Apply" ? name : $"{name} using {entry.Id.ApiVersion}{(entry.Time.Length > 0 ? $" at {entry.Time}" : "")}";
    }
}
