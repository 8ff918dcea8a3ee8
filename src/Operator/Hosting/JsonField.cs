using System.Text.Json;
using System.Text.RegularExpressions;
using GovernedFinetune.Entities;

namespace GovernedFinetune.Operator.Hosting;

/// <summary>One value of the configuration, with its place. Reading it says what is wrong in words that a person can use.</summary>
internal sealed partial class JsonField(string file, string path, JsonElement? value)
{
    /// <summary>The members that were read so far: what is left over is unknown.</summary>
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    public bool IsPresent => value is { ValueKind: not JsonValueKind.Null };

    public JsonField this[string name]
    {
        get
        {
            var element = Kind(JsonValueKind.Object, "an object");
            _ = _read.Add(name);
            return new JsonField(file, path.Length == 0 ? name : $"{path}.{name}", element.TryGetProperty(name, out var member) ? member : null);
        }
    }

    public IReadOnlyList<JsonField> Items(int minimum)
    {
        var items = Kind(JsonValueKind.Array, "a list").EnumerateArray().Select((item, i) => new JsonField(file, $"{path}[{i}]", item)).ToList();
        return items.Count >= minimum ? items : throw Wrong($"has {items.Count} items", $"at least {minimum}");
    }

    public string Text(string expected)
    {
        var text = Kind(JsonValueKind.String, expected).GetString()!;
        return text.Length > 0 ? text : throw Wrong("is empty", expected);
    }

    public string? OptionalText(string expected) => IsPresent ? Text(expected) : null;

    public bool IsObject => value is { ValueKind: JsonValueKind.Object };

    public bool Flag(bool absent, string expected = "true or false") => value switch
    {
        null or { ValueKind: JsonValueKind.Null } => absent,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw Wrong($"is {Shown()}", expected),
    };

    public TimeSpan Duration(TimeSpan absent)
    {
        const string Expected = "a duration of at least one second, such as 15s or 10m";
        if (!IsPresent)
        {
            return absent;
        }

        return KubernetesDuration.TryParse(Text(Expected), out var duration) && duration >= TimeSpan.FromSeconds(1)
            ? duration
            : throw Wrong($"is {Shown()}", Expected);
    }

    public T Parsed<T>(Func<string, T?> parse, string expected)
        where T : class => parse(Text(expected)) ?? throw Wrong($"is {Shown()}", expected);

    public TEnum OneOf<TEnum>(TEnum absent)
        where TEnum : struct, Enum
    {
        var expected = "one of " + string.Join(", ", Enum.GetNames<TEnum>());
        if (!IsPresent)
        {
            return absent;
        }

        return Enum.GetNames<TEnum>().Contains(Text(expected)) ? Enum.Parse<TEnum>(Text(expected)) : throw Wrong($"is {Shown()}", expected);
    }

    /// <summary>Refuses members that nobody read: most often a misspelt name.</summary>
    public void Complete()
    {
        foreach (var member in Kind(JsonValueKind.Object, "an object").EnumerateObject())
        {
            if (!_read.Contains(member.Name))
            {
                throw new ConfigurationException(
                    $"{file}: {(path.Length == 0 ? "" : path + ".")}{member.Name} is not a known field; known here are {string.Join(", ", _read.Order(StringComparer.Ordinal))}.");
            }
        }
    }

    public ConfigurationException Wrong(string found, string expected) =>
        new($"{file}: {(path.Length == 0 ? "the document" : path)} {found}; expected {expected}.");

    private JsonElement Kind(JsonValueKind kind, string expected) => value switch
    {
        null or { ValueKind: JsonValueKind.Null } => throw Wrong("is missing", expected),
        { } element when element.ValueKind == kind => element,
        _ => throw Wrong($"is {Shown()}", expected),
    };

    /// <summary>The value, short, and without what may be a secret that was put in the wrong place: the inside of an object or
    /// list, the user part of a URL.</summary>
    private string Shown()
    {
        var text = value!.Value.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            _ => UserOfUrl().Replace(value.Value.GetRawText(), "//...@"),
        };
        return text.Length <= 80 ? text : text[..80] + "...";
    }

    [GeneratedRegex("//[^/@]*@")]
    private static partial Regex UserOfUrl();
}
