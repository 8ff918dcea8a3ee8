using System.Globalization;
using System.Text.Json.Nodes;
using k8s;

namespace GovernedFinetune.Compat.Tests.Operators.Fakes;

/// <summary>An object as stored.</summary>
internal sealed record StoredObject(string Group, string Plural, string? Namespace, string Name, JsonObject Json);

/// <summary>A change, as a watch reports it.</summary>
internal sealed record Change(long Version, string Type, StoredObject Object);

/// <summary>What the API server refuses, as HTTP status and reason.</summary>
internal sealed class RefusedException(int status, string reason, string message) : Exception(message)
{
    public int Status => status;

    public string Reason => reason;
}

/// <summary>
/// The rules that an operator runs into: resource versions and conflicts, generations, the status subresource, and
/// deletion that waits for finalizers.
/// </summary>
internal sealed class ObjectStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string, string, string?, string), StoredObject> _objects = [];
    private readonly List<Change> _changes = [];
    private readonly List<Action<Change>> _listeners = [];
    private long _version = 1000;

    public long Version
    {
        get
        {
            lock (_gate)
            {
                return _version;
            }
        }
    }

    public IReadOnlyList<StoredObject> List(Collection collection)
    {
        lock (_gate)
        {
            return [.. _objects.Values.Where(collection.Contains)];
        }
    }

    public JsonObject Get(Collection collection, string name)
    {
        lock (_gate)
        {
            return Find(collection, name).Json;
        }
    }

    public JsonObject Create(Widget widget) => Create(
        new Collection("tests.example.com", "v1", widget.Metadata.NamespaceProperty, "widgets"),
        (JsonObject)JsonNode.Parse(KubernetesJson.Serialize(widget))!);

    public JsonObject Create(Collection collection, JsonObject json)
    {
        lock (_gate)
        {
            var metadata = Metadata(json);
            var name = metadata["name"]!.GetValue<string>();
            if (_objects.ContainsKey((collection.Group, collection.Plural, collection.Namespace, name)))
            {
                throw new RefusedException(409, "AlreadyExists", $"{collection.Plural} \"{name}\" already exists");
            }

            metadata["uid"] = Guid.NewGuid().ToString();
            metadata["creationTimestamp"] = "2026-01-01T00:00:00Z";
            if (collection.Namespace is not null)
            {
                metadata["namespace"] = collection.Namespace;
            }

            if (json["spec"] is not null)
            {
                metadata["generation"] = 1L;
            }

            return Store(new StoredObject(collection.Group, collection.Plural, collection.Namespace, name, json), "ADDED");
        }
    }

    public JsonObject Replace(Collection collection, string name, string? subresource, JsonObject json)
    {
        lock (_gate)
        {
            var current = Find(collection, name);
            var version = Metadata(json)["resourceVersion"]?.GetValue<string>() ?? throw new RefusedException(
                422, "Invalid", "metadata.resourceVersion: Invalid value: 0: must be specified for an update");
            CheckVersion(current, version);
            return Write(current, subresource, json);
        }
    }

    public JsonObject Merge(Collection collection, string name, string? subresource, JsonObject patch)
    {
        lock (_gate)
        {
            var current = Find(collection, name);
            if (patch["metadata"]?["resourceVersion"]?.GetValue<string>() is { } version)
            {
                CheckVersion(current, version);
            }

            var merged = (JsonObject)current.Json.DeepClone();
            MergePatch.Apply(merged, patch);
            return Write(current, subresource, merged);
        }
    }

    public JsonObject Delete(Collection collection, string name)
    {
        lock (_gate)
        {
            var current = Find(collection, name);
            if (Finalizers(current.Json) == 0)
            {
                return Remove(current);
            }

            var json = (JsonObject)current.Json.DeepClone();
            if (Metadata(json)["deletionTimestamp"] is null)
            {
                Metadata(json)["deletionTimestamp"] = "2026-01-01T00:00:00Z";
                Metadata(json)["generation"] = (Metadata(json)["generation"]?.GetValue<long>() ?? 0) + 1;
            }

            return Store(current with { Json = json }, "MODIFIED");
        }
    }

    /// <summary>Reports what is there, or what changed after a version, and then every change until disposed.</summary>
    public IDisposable Listen(Collection collection, string? after, Action<Change> listener)
    {
        lock (_gate)
        {
            var missed = string.IsNullOrEmpty(after)
                ? _objects.Values.Select(stored => new Change(_version, "ADDED", stored))
                : _changes.Where(change => change.Version > long.Parse(after, CultureInfo.InvariantCulture));
            foreach (var change in missed.Where(change => collection.Contains(change.Object)))
            {
                listener(change);
            }

            void Filtered(Change change)
            {
                if (collection.Contains(change.Object))
                {
                    listener(change);
                }
            }

            _listeners.Add(Filtered);
            return new Subscription(() =>
            {
                lock (_gate)
                {
                    _listeners.Remove(Filtered);
                }
            });
        }
    }

    private JsonObject Write(StoredObject current, string? subresource, JsonObject wanted)
    {
        var json = (JsonObject)current.Json.DeepClone();
        if (subresource == "status")
        {
            json["status"] = wanted["status"]?.DeepClone();
        }
        else
        {
            var metadata = Metadata(json);
            foreach (var field in (string[])["labels", "annotations", "finalizers", "ownerReferences"])
            {
                metadata[field] = Metadata(wanted)[field]?.DeepClone();
            }

            foreach (var (field, value) in wanted.Where(it => it.Key is not ("metadata" or "status")))
            {
                json[field] = value?.DeepClone();
            }

            if (!JsonNode.DeepEquals(json["spec"], current.Json["spec"]))
            {
                metadata["generation"] = metadata["generation"]!.GetValue<long>() + 1;
            }
        }

        if (JsonNode.DeepEquals(json, current.Json))
        {
            return current.Json;
        }

        var changed = current with { Json = json };
        if (Metadata(json)["deletionTimestamp"] is not null && Finalizers(json) == 0)
        {
            return Remove(changed);
        }

        return Store(changed, "MODIFIED");
    }

    private JsonObject Store(StoredObject stored, string type)
    {
        Metadata(stored.Json)["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
        _objects[(stored.Group, stored.Plural, stored.Namespace, stored.Name)] = stored;
        return Publish(stored, type);
    }

    private JsonObject Remove(StoredObject stored)
    {
        var last = stored with { Json = (JsonObject)stored.Json.DeepClone() };
        Metadata(last.Json)["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
        _objects.Remove((stored.Group, stored.Plural, stored.Namespace, stored.Name));
        return Publish(last, "DELETED");
    }

    private JsonObject Publish(StoredObject stored, string type)
    {
        var change = new Change(_version, type, stored);
        _changes.Add(change);
        foreach (var listener in _listeners)
        {
            listener(change);
        }

        return stored.Json;
    }

    private StoredObject Find(Collection collection, string name) =>
        _objects.TryGetValue((collection.Group, collection.Plural, collection.Namespace, name), out var stored)
            ? stored
            : throw new RefusedException(404, "NotFound", $"{collection.Plural} \"{name}\" not found");

    private static void CheckVersion(StoredObject current, string version)
    {
        if (Metadata(current.Json)["resourceVersion"]!.GetValue<string>() != version)
        {
            throw new RefusedException(409, "Conflict", "the object has been modified; please apply your changes to the latest version");
        }
    }

    private static JsonObject Metadata(JsonObject json) => (JsonObject)json["metadata"]!;

    private static int Finalizers(JsonObject json) => (Metadata(json)["finalizers"] as JsonArray)?.Count ?? 0;

    private sealed class Subscription(Action cancel) : IDisposable
    {
        public void Dispose() => cancel();
    }
}
