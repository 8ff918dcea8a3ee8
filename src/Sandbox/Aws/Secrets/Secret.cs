using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Aws.Secrets;

/// <summary>One version of a secret: exactly one of text and binary (base64) is set.</summary>
internal sealed record SecretVersion(string Id, string? Text, string? Binary, DateTimeOffset Created)
{
    public bool HasValueOf(SecretVersion other) => Text == other.Text && Binary == other.Binary;
}

/// <summary>A secret with its versions and the stages that point at them. In memory alone: no secret is written to disk.</summary>
internal sealed class Secret(string name, string arn, DateTimeOffset created, JsonNode? tags)
{
    public const string Current = "AWSCURRENT";
    private const string Previous = "AWSPREVIOUS";

    private readonly Dictionary<string, SecretVersion> _versions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _stages = new(StringComparer.Ordinal);

    public string Name => name;

    public string Arn => arn;

    public DateTimeOffset Created => created;

    public JsonNode? Tags => tags;

    /// <summary>When it is to be deleted; until then it cannot be read.</summary>
    public DateTimeOffset? Deleted { get; set; }

    public IReadOnlyDictionary<string, SecretVersion> Versions => _versions;

    public SecretVersion? Staged(string stage) => _stages.TryGetValue(stage, out var id) ? _versions[id] : null;

    public IEnumerable<string> StagesOf(string versionId) => _stages.Where(s => s.Value == versionId).Select(s => s.Key).Order(StringComparer.Ordinal);

    /// <summary>Adds a version and makes it the current one; the one that was becomes the previous.</summary>
    public void Add(SecretVersion version)
    {
        _versions[version.Id] = version;
        if (_stages.TryGetValue(Current, out var current))
        {
            _stages[Previous] = current;
        }

        _stages[Current] = version.Id;
        foreach (var unstaged in _versions.Keys.Except(_stages.Values).ToList())
        {
            _ = _versions.Remove(unstaged);
        }
    }
}
