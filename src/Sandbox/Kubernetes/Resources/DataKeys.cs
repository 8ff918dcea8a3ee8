using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Schema;

namespace GovernedFinetune.Sandbox.Kubernetes.Resources;

/// <summary>The contents of secrets and config maps: keys become file names, and all of it has to fit into a mebibyte.</summary>
internal static partial class DataKeys
{
    /// <summary>Bytes that the values of one object may have together.</summary>
    public const int Maximum = 1 << 20;

    private const string Help =
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

    /// <summary>What is wrong with the keys of the named fields.</summary>
    public static IEnumerable<FieldError> Check(JsonObject json, params string[] fields) =>
        from field in fields
        from key in (json.Object(field) ?? []).Select(m => m.Key)
        let wrong = Wrong(key)
        where wrong is not null
        select FieldError.Invalid($"{field}[{key}]", key, wrong);

    /// <summary>Bytes of all values: text in <c>data</c> of a config map, base64 elsewhere.</summary>
    public static long Size(JsonObject json)
    {
        var isText = json.Text("kind") == "ConfigMap";
        return (json.Object("data") ?? []).Sum(m => Length(m.Value.AsText() ?? "", isText))
            + (json.Object("binaryData") ?? []).Sum(m => Length(m.Value.AsText() ?? "", isText: false));
    }

    private static long Length(string value, bool isText) => isText
        ? Encoding.UTF8.GetByteCount(value)
        : (value.Length / 4 * 3) - (value.Length - value.AsSpan().TrimEnd('=').Length);

    private static string? Wrong(string key) => key switch
    {
        { Length: > 253 } => "must be no more than 253 bytes",
        "." or ".." => $"must not be '{key}'",
        _ when key.StartsWith("..", StringComparison.Ordinal) => "must not start with '..'",
        _ => Pattern().IsMatch(key) ? null : Help,
    };

    [GeneratedRegex(@"\A[-._a-zA-Z0-9]+\z", RegexOptions.NonBacktracking)]
    private static partial Regex Pattern();
}
