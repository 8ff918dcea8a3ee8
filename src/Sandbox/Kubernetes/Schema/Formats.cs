using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;

namespace GovernedFinetune.Sandbox.Kubernetes.Schema;

/// <summary>The string and number formats of OpenAPI that Kubernetes enforces. Formats it does not know are ignored, as there.</summary>
internal static class Formats
{
    private static readonly HashSet<string> Unimplemented = new(StringComparer.Ordinal)
    {
        "bsonobjectid", "isbn", "isbn10", "isbn13", "creditcard", "ssn", "hexcolor", "rgbcolor", "uuid3", "uuid4", "uuid5",
    };

    /// <summary>Whether a real server enforces the format and this one does not.</summary>
    public static bool IsUnimplemented(string format) => Unimplemented.Contains(format);

    /// <summary>Whether a string has the format.</summary>
    public static bool Fits(string format, string text) => format switch
    {
        "date-time" or "datetime" => Timestamps.TryParse(text, out _),
        "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "duration" => GoDuration.TryParse(text, out _),
        "byte" => Convert.TryFromBase64String(text, new byte[text.Length], out _),
        "uuid" => Guid.TryParse(text, out _),
        "ipv4" => IPAddress.TryParse(text, out var v4) && v4.AddressFamily == AddressFamily.InterNetwork && text.Count(c => c == '.') == 3,
        "ipv6" => IPAddress.TryParse(text, out var v6) && v6.AddressFamily == AddressFamily.InterNetworkV6,
        "cidr" => IPNetwork.TryParse(text, out _),
        "mac" => System.Net.NetworkInformation.PhysicalAddress.TryParse(text, out _),
        "uri" => Uri.TryCreate(text, UriKind.Absolute, out _),
        "hostname" => Uri.CheckHostName(text) == UriHostNameType.Dns && text.Length <= 255,
        "email" => System.Net.Mail.MailAddress.TryCreate(text, out var address) && address.Address == text,
        _ => true,
    };

    /// <summary>Whether a number lies in the range of its format.</summary>
    public static bool Fits(string format, JsonNode number) => format switch
    {
        "int32" => number.TryGetWhole(out var whole) && whole is >= int.MinValue and <= int.MaxValue,
        "int64" => number.TryGetWhole(out _),
        _ => true,
    };
}
