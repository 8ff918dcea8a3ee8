using System.Text.Json.Nodes;

namespace GovernedFinetune.Compat.Tests.Contract.Support;

/// <summary>An answer of the API server.</summary>
public sealed record Answer(int Status, string Text, string ContentType, IReadOnlyList<string> Warnings)
{
    public JsonObject Json => JsonNode.Parse(Text)!.AsObject();

    /// <summary>The status with the machine-readable reason of a refusal.</summary>
    public (int Status, string? Reason) Refusal => (Status, At("reason"));

    /// <summary>The value at a path such as <c>metadata.name</c> or <c>items.0.spec</c>, as text; null when there is none.</summary>
    public string? At(string path) => Json.At(path);

    /// <summary>The names of a list's items, in order.</summary>
    public IEnumerable<string> Names => Json["items"]!.AsArray().Select(i => i!["metadata"]!["name"]!.ToString());

    /// <summary>The fields that a refusal names.</summary>
    public IEnumerable<string> Fields => (Json["details"]?["causes"]?.AsArray() ?? []).Select(c => c!["field"]?.ToString() ?? "");

    public override string ToString() => $"{Status} {Text}";

    /// <summary>This answer, when it has the status; a failed test with the server's words otherwise.</summary>
    public Answer Expect(int status)
    {
        Assert.True(Status == status, $"Expected {status}, got {this}");
        return this;
    }
}

internal static class JsonPaths
{
    public static string? At(this JsonNode? node, string path)
    {
        JsonNode? at = node;
        foreach (var step in path.Split('.'))
        {
            at = at switch
            {
                JsonArray array => int.Parse(step, System.Globalization.CultureInfo.InvariantCulture) is var i && i < array.Count ? array[i] : null,
                JsonObject value => value[step],
                _ => null,
            };
        }

        return at is JsonValue leaf ? leaf.ToString() : at?.ToJsonString();
    }
}
