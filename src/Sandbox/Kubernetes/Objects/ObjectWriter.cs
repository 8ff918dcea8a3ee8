using System.Security.Cryptography;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Apply;
using GovernedFinetune.Sandbox.Kubernetes.Cel;
using GovernedFinetune.Sandbox.Kubernetes.Http;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Lifecycle;
using GovernedFinetune.Sandbox.Kubernetes.Resources;
using GovernedFinetune.Sandbox.Kubernetes.Schema;
using GovernedFinetune.Sandbox.Kubernetes.Storage;

namespace GovernedFinetune.Sandbox.Kubernetes.Objects;

/// <summary>Creates and changes objects: decode, prepare, validate, commit, react. Every verb that writes comes through here.</summary>
internal sealed class ObjectWriter(ObjectStore store, ObjectDecoder decoder, FieldManager fields, Reactions reactions, TimeProvider clock)
{
    private const int MaximumObject = 1536 << 10;
    private const int MaximumTries = 100;
    private const string NameLetters = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>Creates an object.</summary>
    /// <returns>The object as served.</returns>
    /// <exception cref="StatusException">It is refused.</exception>
    public JsonObject Create(ResourceType type, string @namespace, JsonObject sent, WriteOptions options) =>
        Create(type, @namespace, sent, options, managers: null);

    /// <summary>Server-side apply: creates the object, or merges the configuration into it.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="key">Which object.</param>
    /// <param name="config">What the client wants; only the fields that it cares about.</param>
    /// <param name="options">Who applies, and how.</param>
    /// <returns>The object as served, and whether it was created.</returns>
    /// <exception cref="StatusException">It is refused, or conflicts with what others set.</exception>
    public (JsonObject Object, bool Created) Apply(ResourceType type, ObjectKey key, JsonObject config, WriteOptions options)
    {
        decoder.DecodeApplied(type, config, options);
        CheckApplied(type, key, config);
        if (store.Get(type.Collection, key) is null && options.Subresource.Length == 0)
        {
            var (wanted, managers) = fields.Apply(type, [], config, options);
            wanted["apiVersion"] = type.ApiVersion;
            wanted["kind"] = type.Kind;
            wanted.Ensure("metadata")["name"] = key.Name;
            return (Create(type, key.Namespace, wanted, options, () => managers), true);
        }

        JsonArray? owners = null;
        var changed = Update(
            type,
            key,
            current =>
            {
                (var merged, owners) = fields.Apply(type, current, config, options);
                merged["metadata"]!.AsObject().Put("resourceVersion", config.Object("metadata")!["resourceVersion"]);
                return merged;
            },
            options,
            isPut: false,
            (_, _, _) => owners);
        return (changed, false);
    }

    private JsonObject Create(ResourceType type, string @namespace, JsonObject sent, WriteOptions options, Func<JsonArray?>? managers)
    {
        decoder.Decode(type, sent, options);
        var metadata = sent.Object("metadata")!;
        CheckNamespace(type, metadata, @namespace);
        if (metadata.Text("resourceVersion") is { Length: > 0 })
        {
            throw Refusals.BadRequest("resourceVersion should not be set on objects to be created");
        }

        var generated = GenerateName(metadata);
        foreach (var field in new[] { "resourceVersion", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds", "managedFields", "generation" })
        {
            _ = metadata.Remove(field);
        }

        if (type.HasStatus)
        {
            _ = sent.Remove("status");
        }

        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = Timestamps.Seconds(clock.GetUtcNow());
        if (type.HasGeneration)
        {
            metadata["generation"] = 1;
        }

        type.Rules.Prepare(sent, null);
        metadata.Put("managedFields", managers is null ? fields.AfterUpdate(type, null, sent, null, options) : managers());
        var name = metadata.Text("name") ?? "";
        options.Admit?.Invoke(sent, null);
        Validate(type, name, sent, null, options);
        var key = new ObjectKey(@namespace, name);
        reactions.BeforeCreate(type, key);

        if (store.Get(type.Collection, key) is not null)
        {
            throw AlreadyThere(type, name, generated);
        }

        if (options.DryRun)
        {
            CheckSize(sent.ToUtf8().Length);
            return sent;
        }

        var stored = store.TryPut(type.Collection, key, null, ToStored(type, sent)) ?? throw AlreadyThere(type, name, generated);
        reactions.AfterWrite(type, stored);
        return FromStored(type, stored.Json);
    }

    /// <summary>Changes an object.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="key">Which object.</param>
    /// <param name="change">Makes the wanted object out of a copy of the current one; called again when the object changed meanwhile.</param>
    /// <param name="options">How.</param>
    /// <param name="isPut">Whether the wanted object was sent whole, so that it has to name the version that it replaces.</param>
    /// <returns>The object as served.</returns>
    /// <exception cref="StatusException">It is refused, or there is no such object.</exception>
    public JsonObject Update(ResourceType type, ObjectKey key, Func<JsonObject, JsonObject> change, WriteOptions options, bool isPut) =>
        Update(type, key, change, options, isPut, (old, next, sent) => fields.AfterUpdate(type, old, next, sent, options));

    private JsonObject Update(
        ResourceType type,
        ObjectKey key,
        Func<JsonObject, JsonObject> change,
        WriteOptions options,
        bool isPut,
        Func<JsonObject, JsonObject, JsonArray?, JsonArray?> managers)
    {
        for (var i = 0; i < MaximumTries; i++)
        {
            var current = store.Get(type.Collection, key) ?? throw Refusals.NotFound(type, key.Name);
            var old = FromStored(type, current.Json);
            var next = change(old.Copy());
            var wanted = next.Object("metadata").Text("resourceVersion");
            var sentManagers = next.Object("metadata").Array("managedFields") is { } list && !JsonNodes.Same(list, old.Object("metadata")!["managedFields"]) ? list : null;
            Merge(type, key, next, old, options, isPut);
            next.Object("metadata")!.Put("managedFields", managers(old, next, sentManagers));
            options.Admit?.Invoke(next, old);
            Validate(type, key.Name, next, old, options);
            if (wanted is { Length: > 0 } && wanted != old.Object("metadata").Text("resourceVersion"))
            {
                throw Refusals.Modified(type, key.Name);
            }

            if (Attempt(type, current, old, next, options) is { } done)
            {
                return done;
            }
        }

        throw Refusals.Modified(type, key.Name);
    }

    /// <summary>Commits a prepared change; null when the object changed meanwhile.</summary>
    private JsonObject? Attempt(ResourceType type, StoredObject current, JsonObject old, JsonObject next, WriteOptions options)
    {
        if (options.DryRun)
        {
            CheckSize(next.ToUtf8().Length);
            return next;
        }

        var metadata = next.Object("metadata")!;
        if (metadata.Text("deletionTimestamp") is not null && Reactions.MayGo(type, next))
        {
            var removed = store.TryRemove(type.Collection, current.Key, current, ToStored(type, next));
            if (removed is null)
            {
                return null;
            }

            reactions.AfterRemoval(type.Collection, removed);
            return FromStored(type, removed.Json);
        }

        if (JsonNodes.Same(old, next))
        {
            return old;
        }

        var stored = store.TryPut(type.Collection, current.Key, current, ToStored(type, next));
        if (stored is null)
        {
            return null;
        }

        reactions.AfterWrite(type, stored);
        return FromStored(type, stored.Json);
    }

    /// <summary>Brings the wanted object into the form that the server may keep.</summary>
    private void Merge(ResourceType type, ObjectKey key, JsonObject next, JsonObject old, WriteOptions options, bool isPut)
    {
        decoder.Decode(type, next, options);
        var metadata = next.Object("metadata")!;
        var before = old.Object("metadata")!;
        CheckNamespace(type, metadata, key.Namespace);
        CheckIdentity(type, key, metadata, before, isPut);
        if (isPut && metadata.Text("resourceVersion") is not { Length: > 0 } && !type.AllowsUnconditionalUpdate)
        {
            throw Refusals.Invalid(type, key.Name, [new FieldError("FieldValueInvalid", "metadata.resourceVersion", "Invalid value: 0: must be specified for an update")]);
        }

        if (options.Subresource == "status")
        {
            foreach (var name in next.Where(m => m.Value is null || (m.Key != "status" && !old.ContainsKey(m.Key))).Select(m => m.Key).ToList())
            {
                _ = next.Remove(name);
            }

            foreach (var (name, value) in old.Where(m => m.Key != "status"))
            {
                Restore(next, name, value);
            }

            metadata = next.Object("metadata")!;
        }
        else if (type.HasStatus)
        {
            Restore(next, "status", old["status"]);
        }

        foreach (var field in new[] { "name", "namespace", "uid", "creationTimestamp", "generation", "resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink" })
        {
            metadata.Put(field, before[field]);
        }

        type.Rules.Prepare(next, old);
        if (type.HasGeneration && SpecificationChanged(type, next, old))
        {
            metadata["generation"] = (before.Whole("generation") ?? 0) + 1;
        }
    }

    private static void CheckApplied(ResourceType type, ObjectKey key, JsonObject config)
    {
        var metadata = config.Object("metadata")!;
        if (metadata.Array("managedFields") is { Count: > 0 })
        {
            throw Refusals.BadRequest("metadata.managedFields must be nil");
        }

        if (metadata.Text("name") is { } name && name != key.Name)
        {
            throw Refusals.BadRequest($"the name of the object ({name}) does not match the name on the URL ({key.Name})");
        }

        CheckNamespace(type, metadata, key.Namespace);
    }

    private static void CheckIdentity(ResourceType type, ObjectKey key, JsonObject metadata, JsonObject before, bool isPut)
    {
        var name = metadata.Text("name") ?? "";
        if (name != key.Name && (isPut || name.Length > 0))
        {
            throw Refusals.BadRequest($"the name of the object ({name}) does not match the name on the URL ({key.Name})");
        }

        if (metadata.Text("uid") is { Length: > 0 } uid && uid != before.Text("uid"))
        {
            throw Refusals.Conflict(type, key.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {before.Text("uid")}");
        }
    }

    private static void CheckNamespace(ResourceType type, JsonObject metadata, string @namespace)
    {
        var given = metadata.Text("namespace") ?? "";
        if (given.Length > 0 && given != @namespace)
        {
            throw Refusals.BadRequest(type.Namespaced
                ? "the namespace of the provided object does not match the namespace sent on the request"
                : $"namespace must not be set on the cluster-scoped resource {type.QualifiedPlural}");
        }

        metadata.Put("namespace", @namespace.Length > 0 ? @namespace : null);
    }

    private static bool SpecificationChanged(ResourceType type, JsonObject next, JsonObject old)
    {
        bool Counts(KeyValuePair<string, JsonNode?> member) => member.Key != "metadata" && !(type.HasStatus && member.Key == "status");

        return next.Count(Counts) != old.Count(Counts)
            || next.Where(Counts).Any(m => !old.TryGetPropertyValue(m.Key, out var before) || !JsonNodes.Same(m.Value, before));
    }

    /// <summary>Gives a member the value that it had before. Comparing is cheaper than copying, and most often all there is to do.</summary>
    private static void Restore(JsonObject next, string name, JsonNode? value)
    {
        if (!JsonNodes.Same(next[name], value))
        {
            next.Put(name, value);
        }
    }

    private static void Validate(ResourceType type, string name, JsonObject next, JsonObject? old, WriteOptions options)
    {
        var metadata = next.Object("metadata")!;
        List<FieldError> errors =
        [
            .. MetadataRules.Validate(type, metadata, old.Object("metadata")),
            .. SchemaValidator.Validate(next, old, type.Schema, FieldPath.Root),
        ];
        if (errors.Count == 0)
        {
            errors.AddRange(RuleRunner.Run(next, old, type.Schema));
            errors.AddRange(type.Rules.Validate(next, old));
        }

        if (errors.Count > 0)
        {
            throw Refusals.Invalid(type, name, errors);
        }

        foreach (var finalizer in metadata["finalizers"].Texts().Where(f => !f.Contains('/', StringComparison.Ordinal) && !Reactions.IsStandardFinalizer(f)))
        {
            options.Warnings.Add($"metadata.finalizers: \"{finalizer}\": prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers");
        }
    }

    private static bool GenerateName(JsonObject metadata)
    {
        if (metadata.Text("name") is { Length: > 0 } || metadata.Text("generateName") is not { Length: > 0 } prefix)
        {
            return false;
        }

        metadata["name"] = prefix[..Math.Min(prefix.Length, 58)] + RandomNumberGenerator.GetString(NameLetters, 5);
        return true;
    }

    private static StatusException AlreadyThere(ResourceType type, string name, bool generated) => generated
        ? new StatusException(409, "AlreadyExists", $"{type.QualifiedPlural} \"{name}\" already exists, the server was not able to generate a unique name for the object")
        {
            Group = type.Group,
            Kind = type.Plural,
            Name = name,
            RetryAfterSeconds = 1,
        }
        : Refusals.AlreadyExists(type, name);

    /// <summary>Writes out what is to be stored, once: for its size, for the store and for all who read it.</summary>
    private Draft ToStored(ResourceType type, JsonObject served)
    {
        var draft = store.Draft(type.Conversion?.ToStored(served) ?? served);
        CheckSize(draft.Length);
        return draft;
    }

    private static void CheckSize(int bytes)
    {
        if (bytes > MaximumObject)
        {
            throw Refusals.TooLarge($"etcdserver: request is too large: the object has more than {MaximumObject} bytes");
        }
    }

    private static JsonObject FromStored(ResourceType type, JsonObject stored) => type.Conversion?.FromStored(stored) ?? stored;
}
