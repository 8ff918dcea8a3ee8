using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace GovernedFinetune.Sandbox.Kubernetes.Http;

/// <summary>
/// A request's path as the client sent it. The web server resolves <c>..</c> before anybody sees the path, and would turn
/// a hostile name into another resource; the real server takes it for a name, and refuses it.
/// </summary>
internal static class RequestPath
{
    /// <exception cref="StatusException">A segment is a dot segment, or the path is no path.</exception>
    public static string Of(HttpContext http)
    {
        var sent = http.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        if (!sent.StartsWith('/'))
        {
            return http.Request.Path.Value ?? "/";
        }

        // Decoded as a whole, as Go does: an escaped slash divides segments like any other.
        var path = Decode(sent.Split('?', '#')[0]);
        foreach (var segment in path.Split('/'))
        {
            if (segment is "." or "..")
            {
                throw Refusals.BadRequest($"Name parameter invalid: \"{segment}\": may not be '{segment}'");
            }

            if (segment.Contains('%', StringComparison.Ordinal))
            {
                throw Refusals.BadRequest($"Name parameter invalid: \"{segment}\": may not contain '%'");
            }
        }

        return path;
    }

    private static string Decode(string path)
    {
        var bytes = new List<byte>(path.Length);
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] != '%')
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(path, i, 1));
            }
            else if (i + 2 < path.Length && char.IsAsciiHexDigit(path[i + 1]) && char.IsAsciiHexDigit(path[i + 2]))
            {
                bytes.Add(Convert.ToByte(path.Substring(i + 1, 2), 16));
                i += 2;
            }
            else
            {
                throw Refusals.BadRequest($"the path has an escape that is none: {path[i..Math.Min(i + 3, path.Length)]}");
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
