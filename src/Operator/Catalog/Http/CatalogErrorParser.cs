using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace GovernedFinetune.Operator.Catalog.Http;

/// <summary>
/// Reads the error shapes of Unity Catalog and of what stands before it: the documented JSON, the older
/// <c>{"error": ...}</c>, SCIM's, OAuth's, <c>CODE: text</c>, an HTML page, nothing at all
/// (reference unity-catalog-api.md, section 0). It never fails.
/// </summary>
internal static partial class CatalogErrorParser
{
    private const int LongestText = 2000;
    private static readonly Dictionary<string, string> NoMetadata = [];

    /// <summary>Reads an error answer.</summary>
    /// <param name="status">HTTP status.</param>
    /// <param name="body">The body as it came.</param>
    /// <param name="retryAfter">The <c>Retry-After</c> header.</param>
    /// <param name="now">Now, for a <c>Retry-After</c> that is a date.</param>
    public static CatalogError Parse(int status, ReadOnlyMemory<byte> body, RetryConditionHeaderValue? retryAfter, DateTimeOffset now)
    {
        var wait = Wait(retryAfter, now);
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return FromJson(status, document.RootElement, wait);
            }
        }
        catch (JsonException)
        {
            // Not JSON: one of the text shapes below.
        }

        return FromText(status, Encoding.UTF8.GetString(body.Span).Trim(), wait);
    }

    /// <summary>How long <c>Retry-After</c> asks to wait; never negative.</summary>
    public static TimeSpan? Wait(RetryConditionHeaderValue? retryAfter, DateTimeOffset now)
    {
        var wait = retryAfter?.Delta ?? (retryAfter?.Date is { } date ? date - now : null);
        return wait is { } value && value < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    private static CatalogError FromJson(int status, JsonElement root, TimeSpan? wait)
    {
        var code = Text(root, "error_code");
        var message = First(Text(root, "message"), Text(root, "error_description"), Text(root, "error"), Text(root, "detail"));
        var (reason, metadata, delay) = Details(root);
        var known = code.Length > 0 || message.Length > 0 || reason.Length > 0;
        return new CatalogError(status, code, Shorten(message), reason, metadata, known, wait ?? delay);
    }

    private static (string Reason, IReadOnlyDictionary<string, string> Metadata, TimeSpan? Delay) Details(JsonElement root)
    {
        var reason = "";
        IReadOnlyDictionary<string, string> metadata = NoMetadata;
        TimeSpan? delay = null;
        if (root.TryGetProperty("details", out var details) && details.ValueKind == JsonValueKind.Array)
        {
            foreach (var detail in details.EnumerateArray().Where(d => d.ValueKind == JsonValueKind.Object))
            {
                var type = Text(detail, "@type");
                if (type.EndsWith("google.rpc.ErrorInfo", StringComparison.Ordinal))
                {
                    reason = Text(detail, "reason");
                    metadata = Map(detail, "metadata");
                }
                else if (type.EndsWith("google.rpc.RetryInfo", StringComparison.Ordinal))
                {
                    delay = Seconds(Text(detail, "retry_delay"));
                }
            }
        }

        return (reason, metadata, delay);
    }

    private static CatalogError FromText(int status, string text, TimeSpan? wait)
    {
        if (text.Length == 0)
        {
            return new CatalogError(status, "", "", "", NoMetadata, true, wait);
        }

        if (text.StartsWith('<'))
        {
            var pre = Preformatted().Match(text);
            var shown = pre.Success ? pre.Groups["text"].Value : Tag().Replace(text, " ");
            return new CatalogError(status, "", Shorten(Blank().Replace(shown, " ").Trim()), "", NoMetadata, false, wait);
        }

        var coded = CodeAndText().Match(text);
        return coded.Success
            ? new CatalogError(status, coded.Groups["code"].Value, Shorten(coded.Groups["text"].Value), "", NoMetadata, true, wait)
            : new CatalogError(status, "", Shorten(text), "", NoMetadata, true, wait);
    }

    /// <summary>A member as text; the catalog's own parsers take numbers for codes too.</summary>
    private static string Text(JsonElement element, string name) =>
        !element.TryGetProperty(name, out var value) ? "" : value.ValueKind switch
        {
            JsonValueKind.String => value.GetString() ?? "",
            JsonValueKind.Number => value.GetRawText(),
            _ => "",
        };

    private static Dictionary<string, string> Map(JsonElement element, string name) =>
        element.TryGetProperty(name, out var map) && map.ValueKind == JsonValueKind.Object
            ? map.EnumerateObject().DistinctBy(p => p.Name).ToDictionary(p => p.Name, p => Text(map, p.Name))
            : NoMetadata;

    private static TimeSpan? Seconds(string text) =>
        double.TryParse(text.TrimEnd('s'), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 86_400
            ? TimeSpan.FromSeconds(seconds)
            : null;

    private static string First(params ReadOnlySpan<string> texts)
    {
        foreach (var text in texts)
        {
            if (text.Length > 0)
            {
                return text;
            }
        }

        return "";
    }

    private static string Shorten(string text) => text.Length <= LongestText ? text : text[..LongestText] + "...";

    [GeneratedRegex(@"<pre[^>]*>(?<text>.*?)</pre>", RegexOptions.Singleline | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Preformatted();

    [GeneratedRegex("<[^>]*>", RegexOptions.None, 1000)]
    private static partial Regex Tag();

    [GeneratedRegex(@"\s+", RegexOptions.None, 1000)]
    private static partial Regex Blank();

    [GeneratedRegex(@"^(?<code>[A-Z][A-Z0-9_]{2,}):\s*(?<text>.+)$", RegexOptions.Singleline, 1000)]
    private static partial Regex CodeAndText();
}
