using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Aws.Http;
using GovernedFinetune.Sandbox.Aws.Json;

namespace GovernedFinetune.Sandbox.Aws.SageMaker;

/// <summary>A resource's tags: one value a key, at most 50.</summary>
internal sealed class TagList
{
    private const int Most = 50;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, string> _tags = new(StringComparer.Ordinal);

    public static TagList From(JsonArray? tags)
    {
        var list = new TagList();
        list.Add(tags ?? []);
        return list;
    }

    /// <summary>Adds tags; one with a known key replaces it.</summary>
    /// <exception cref="AwsException">That would be more than 50, or a key is AWS's own.</exception>
    public void Add(JsonArray tags)
    {
        var added = tags.Select(t => (Key: t!.AsObject().Text("Key")!, Value: t!.AsObject().Text("Value")!)).ToList();
        if (added.Find(t => t.Key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase)).Key is { } reserved)
        {
            throw AwsException.Validation($"Tag key '{reserved}' is reserved: tag keys starting with 'aws:' cannot be set.");
        }

        lock (_gate)
        {
            if (_tags.Keys.Union(added.Select(t => t.Key)).Count() > Most)
            {
                throw AwsException.Validation($"The number of tags exceeds the limit of {Most} of a resource.");
            }

            foreach (var (key, value) in added)
            {
                _tags[key] = value;
            }
        }
    }

    public void Remove(IEnumerable<string> keys)
    {
        lock (_gate)
        {
            foreach (var key in keys)
            {
                _ = _tags.Remove(key);
            }
        }
    }

    public JsonArray Write()
    {
        lock (_gate)
        {
            return new JsonArray([.. _tags.Select(t => new JsonObject { ["Key"] = t.Key, ["Value"] = t.Value })]);
        }
    }
}
