using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Tests.Kubernetes.Fuzz;

/// <summary>One change of a JSON document: the node that <paramref name="Where"/> picks becomes <paramref name="Value"/>.</summary>
internal sealed record Edit(int Where, string Value)
{
    /// <summary>The document with the node replaced; a member is added instead when <see cref="Where"/> is odd.</summary>
    public JsonNode? Apply(JsonNode? document)
    {
        var nodes = Nodes(document).ToList();
        if (nodes.Count == 0)
        {
            return JsonNode.Parse(Value);
        }

        var (parent, key) = nodes[Where % nodes.Count];
        var value = JsonNode.Parse(Value);
        switch (parent)
        {
            case JsonObject members when Where % 2 == 1:
                members[HostileValues.Fields[Where % HostileValues.Fields.Length]] = value;
                break;
            case JsonObject members:
                members[key] = value;
                break;
            case JsonArray items when Where % 2 == 1:
                items.Add(value);
                break;
            case JsonArray items:
                items[int.Parse(key, CultureInfo.InvariantCulture)] = value;
                break;
        }

        return document;
    }

    private static IEnumerable<(JsonNode Parent, string Key)> Nodes(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(m => Nodes(m.Value).Prepend((members, m.Key))),
        JsonArray items => items.SelectMany((item, i) => Nodes(item).Prepend((items, i.ToString(CultureInfo.InvariantCulture)))),
        _ => [],
    };
}

/// <summary>What happens to the body's text before it is sent.</summary>
internal enum Damage
{
    None,
    Truncated,
    InvalidUtf8,
    NulByte,
    Duplicated,
    TrailingText,
    Deep,
    ByteOrderMark,
    Yaml,
    Empty,
}

/// <summary>A request that was made to hurt.</summary>
internal sealed record HostileRequest(
    string Method, string Path, IReadOnlyList<string> Query, IReadOnlyList<(string Name, string Value)> Headers, string MediaType, string Source, IReadOnlyList<Edit> Edits, Damage Damage, bool Http2)
{
    public string Target => Query.Count == 0 ? Path : $"{Path}?{string.Join('&', Query)}";

    private bool HasBody => Method is not ("GET" or "HEAD");

    public byte[] Body()
    {
        var document = Edits.Aggregate(JsonNode.Parse(Source), (node, edit) => edit.Apply(node));
        var text = document?.ToJsonString() ?? "null";
        var bytes = Encoding.UTF8.GetBytes(text);
        var middle = bytes.Length / 2;
        return Damage switch
        {
            Damage.Truncated => bytes[..middle],
            Damage.InvalidUtf8 => [.. bytes[..middle], 0xC3, 0x28, 0xFF, .. bytes[middle..]],
            Damage.NulByte => [.. bytes[..middle], 0, .. bytes[middle..]],
            Damage.Duplicated => Encoding.UTF8.GetBytes(text.Replace("\"metadata\":", "\"metadata\":{\"name\":\"twice\"},\"metadata\":", StringComparison.Ordinal)),
            Damage.TrailingText => [.. bytes, .. bytes],
            Damage.Deep => Encoding.UTF8.GetBytes(text.Replace("\"spec\":{", $"\"spec\":{{\"extra\":{Nested(10_000)},", StringComparison.Ordinal)),
            Damage.ByteOrderMark => [0xEF, 0xBB, 0xBF, .. bytes],
            Damage.Yaml => Encoding.UTF8.GetBytes("%YAML 1.1\n---\n&a " + text + "\n...\n--- *a\n"),
            Damage.Empty => [],
            _ => bytes,
        };
    }

    public HttpRequestMessage Message(Uri server)
    {
        // The path goes out as it is: no dot segment is resolved and nothing is escaped on the way.
        var options = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        var request = new HttpRequestMessage(new HttpMethod(Method), new Uri($"{server.GetLeftPart(UriPartial.Authority)}{Target}", options))
        {
            Version = Http2 ? HttpVersion.Version20 : HttpVersion.Version11,
        };
        if (HasBody)
        {
            request.Content = new ByteArrayContent(Body());
            _ = request.Content.Headers.TryAddWithoutValidation("Content-Type", MediaType);
        }

        foreach (var (name, value) in Headers)
        {
            _ = request.Headers.TryAddWithoutValidation(name, value) || (request.Content?.Headers.TryAddWithoutValidation(name, value) ?? true);
        }

        return request;
    }

    /// <summary>Simpler requests that may fail in the same way.</summary>
    public IEnumerable<HostileRequest> Simpler()
    {
        for (var i = 0; i < Edits.Count; i++)
        {
            yield return this with { Edits = [.. Edits.Where((_, at) => at != i)] };
        }

        for (var i = 0; i < Query.Count; i++)
        {
            yield return this with { Query = [.. Query.Where((_, at) => at != i)] };
        }

        for (var i = 0; i < Headers.Count; i++)
        {
            yield return this with { Headers = [.. Headers.Where((_, at) => at != i)] };
        }

        if (Damage != Damage.None)
        {
            yield return this with { Damage = Damage.None };
        }
    }

    /// <inheritdoc />
    public override string ToString()
    {
        var body = HasBody ? Encoding.Latin1.GetString(Body()) : "";
        return $"{(Http2 ? "h2 " : "")}{Method} {Target} [{MediaType}] {string.Join("; ", Headers.Select(h => $"{h.Name}: {h.Value}"))} {Damage}: {(body.Length > 3000 ? body[..3000] + "..." : body)}";
    }

    private static string Nested(int depth) => new StringBuilder().Insert(0, "[", depth).Append('1').Insert(depth + 1, "]", depth).ToString();
}
