using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;

namespace GovernedFinetune.Compat.Tests.Operators.Fakes;

/// <summary>A watch that a client holds open; the test may say things on it and end it.</summary>
internal sealed class FakeWatch(Collection collection, IReadOnlyDictionary<string, string> query)
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    public Collection Collection => collection;

    /// <summary>What the client asked for: <c>resourceVersion</c>, <c>labelSelector</c> and so on.</summary>
    public IReadOnlyDictionary<string, string> Query => query;

    public void Send(Change change) =>
        Send(change.Type, (JsonObject)change.Object.Json.DeepClone());

    public void Bookmark(long version) => Send(
        "BOOKMARK",
        new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = version.ToString(CultureInfo.InvariantCulture) },
        });

    /// <summary>Says in the stream that the version asked for is too old, and ends the watch, as the real server does.</summary>
    public void Expire()
    {
        Send("ERROR", Statuses.Json(410, "Expired", "too old resource version"));
        Close();
    }

    /// <summary>Sends a line that is no JSON.</summary>
    public void Garble() => _lines.Writer.TryWrite("<html>");

    /// <summary>Breaks the connection in the middle of a line, as a proxy or a node that dies does.</summary>
    public void Break() => _lines.Writer.TryComplete(new IOException("broken"));

    public void Close() => _lines.Writer.TryComplete();

    public async Task ServeAsync(HttpContext http)
    {
        http.Response.ContentType = "application/json";
        await http.Response.StartAsync(http.RequestAborted);
        try
        {
            await foreach (var line in _lines.Reader.ReadAllAsync(http.RequestAborted))
            {
                await http.Response.WriteAsync(line + "\n", http.RequestAborted);
            }
        }
        catch (IOException)
        {
            await http.Response.WriteAsync("{\"type\":", http.RequestAborted);
            http.Abort();
        }
    }

    private void Send(string type, JsonObject json) =>
        _lines.Writer.TryWrite(new JsonObject { ["type"] = type, ["object"] = json }.ToJsonString());
}

/// <summary>The body of an error.</summary>
internal static class Statuses
{
    public static JsonObject Json(int code, string reason, string message) => new()
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject(),
        ["status"] = "Failure",
        ["reason"] = reason,
        ["message"] = message,
        ["code"] = code,
    };
}
