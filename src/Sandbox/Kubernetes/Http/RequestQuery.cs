using System.Globalization;
using GovernedFinetune.Sandbox.Kubernetes.Objects;

namespace GovernedFinetune.Sandbox.Kubernetes.Http;

/// <summary>The query parameters of a request, checked.</summary>
internal sealed class RequestQuery(IQueryCollection query, string userAgent)
{
    public bool Watch => Flag("watch");

    public bool AllowWatchBookmarks => Flag("allowWatchBookmarks");

    public bool? SendInitialEvents => query.ContainsKey("sendInitialEvents") ? Flag("sendInitialEvents") : null;

    public string LabelSelector => Text("labelSelector");

    public string FieldSelector => Text("fieldSelector");

    public string Continue => Text("continue");

    public string ResourceVersion => Text("resourceVersion");

    public string ResourceVersionMatch => Text("resourceVersionMatch");

    public string IncludeObject => Text("includeObject");

    public long Limit => Number("limit");

    public long TimeoutSeconds => Number("timeoutSeconds");

    public bool Pretty => Flag("pretty");

    public bool Force => Flag("force");

    public bool DryRun
    {
        get
        {
            var values = query["dryRun"];
            return values.All(v => v == "All")
                ? values.Count > 0
                : throw Refusals.Unprocessable($"dryRun: Unsupported value: [{string.Join(' ', values.Select(v => $"\"{v}\""))}]: supported values: \"All\"");
        }
    }

    /// <summary>Who sets fields: the parameter, else the first word of the client's User-Agent.</summary>
    /// <exception cref="StatusException">It is too long or not printable.</exception>
    public string FieldManager
    {
        get
        {
            var given = Text("fieldManager");
            if (given.Length == 0)
            {
                var end = userAgent.IndexOfAny(['/', ' ']);
                var agent = end >= 0 ? userAgent[..end] : userAgent;
                return agent.Length is > 0 and <= 128 ? agent : "unknown";
            }

            return given.Length <= 128 && given.All(c => !char.IsControl(c))
                ? given
                : throw Refusals.Unprocessable("fieldManager: Invalid value: must be printable and no more than 128 bytes long");
        }
    }

    /// <summary>Whether the client named a field manager.</summary>
    public bool HasFieldManager => Text("fieldManager").Length > 0;

    public FieldValidation FieldValidation => Text("fieldValidation") switch
    {
        "" or "Warn" => FieldValidation.Warn,
        "Ignore" => FieldValidation.Ignore,
        "Strict" => FieldValidation.Strict,
        var other => throw Refusals.Unprocessable($"fieldValidation: Unsupported value: \"{other}\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\""),
    };

    /// <summary>The version of <see cref="ResourceVersion"/>; null when none was given.</summary>
    /// <exception cref="StatusException">It is not a version that this server could have issued.</exception>
    public long? Version => ResourceVersion.Length == 0
        ? null
        : long.TryParse(ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw Refusals.BadRequest($"resourceVersion: Invalid value: \"{ResourceVersion}\": strconv.ParseUint: parsing \"{ResourceVersion}\": invalid syntax");

    /// <summary>Checks what a list may not ask for together.</summary>
    /// <exception cref="StatusException">An option is malformed or contradicts another.</exception>
    public void CheckListOptions()
    {
        _ = TimeoutSeconds;
        if (SendInitialEvents is not null)
        {
            throw InvalidOptions("sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list");
        }

        switch (ResourceVersionMatch)
        {
            case not ("" or "Exact" or "NotOlderThan"):
                throw InvalidOptions($"resourceVersionMatch: Unsupported value: \"{ResourceVersionMatch}\": supported values: \"Exact\", \"NotOlderThan\"");
            case { Length: > 0 } when ResourceVersion.Length == 0:
                throw InvalidOptions("resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided");
            case "Exact" when ResourceVersion == "0":
                throw InvalidOptions("resourceVersionMatch: Forbidden: resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
        }
    }

    private static StatusException InvalidOptions(string why) => Refusals.Unprocessable($"ListOptions.meta.k8s.io \"\" is invalid: {why}");

    /// <summary>The first value of a parameter, or empty.</summary>
    public string Text(string name) => query[name] is [{ } first, ..] ? first : "";

    /// <summary>As on the real server everything that does not say no means yes.</summary>
    private bool Flag(string name) =>
        query.ContainsKey(name) && Text(name) is not "0" && !Text(name).Equals("false", StringComparison.OrdinalIgnoreCase);

    private long Number(string name)
    {
        var text = Text(name);
        return !query.ContainsKey(name)
            ? 0
            : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw Refusals.BadRequest($"{name}: strconv.ParseInt: parsing \"{text}\": {(IsWhole(text) ? "value out of range" : "invalid syntax")}");
    }

    private static bool IsWhole(string text) => text.Length > 0 && text.TrimStart('-', '+').All(char.IsAsciiDigit);
}
