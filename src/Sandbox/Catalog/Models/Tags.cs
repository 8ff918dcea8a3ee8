using GovernedFinetune.Sandbox.Catalog.Http;

namespace GovernedFinetune.Sandbox.Catalog.Models;

/// <summary>A tag on the wire.</summary>
internal sealed record Tag(string Key, string Value)
{
    public static IReadOnlyList<Tag> List(SortedDictionary<string, string> tags) => [.. tags.Select(t => new Tag(t.Key, t.Value))];

    public static IReadOnlyDictionary<string, string> Read(JsonBody body, string field)
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var tag in body.Objects(field))
        {
            tags[tag.RequiredText("key")] = tag.Text("value") ?? "";
        }

        return tags;
    }
}
