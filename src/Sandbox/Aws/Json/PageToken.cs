using System.Globalization;
using System.Text;
using GovernedFinetune.Sandbox.Aws.Http;

namespace GovernedFinetune.Sandbox.Aws.Json;

/// <summary>The token that leads to the next page of a list: where it begins, made opaque.</summary>
internal static class PageToken
{
    private const string Mark = "page:";

    public static string Write(int start) => Convert.ToBase64String(Encoding.ASCII.GetBytes(Mark + start.ToString(CultureInfo.InvariantCulture)));

    /// <exception cref="AwsException">The token is not one that was given out.</exception>
    public static int Read(string? token)
    {
        if (token is null)
        {
            return 0;
        }

        var bytes = new byte[token.Length];
        return Convert.TryFromBase64String(token, bytes, out var length)
            && Encoding.ASCII.GetString(bytes, 0, length) is var text && text.StartsWith(Mark, StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(Mark.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var start)
            ? start
            : throw AwsException.Validation("Invalid pagination token.");
    }
}
