using System.Text.Json.Nodes;

namespace GovernedFinetune.Compat.Tests.Contract.Support;

/// <summary>Reads the events of a watch, each within a generous limit.</summary>
public sealed class WatchStream(HttpResponseMessage response, StreamReader reader) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public int Status => (int)response.StatusCode;

    /// <summary>The next event, or null at the end of the stream.</summary>
    public async Task<JsonObject?> NextAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        var line = await reader.ReadLineAsync(limit.Token);
        return line is null ? null : JsonNode.Parse(line)!.AsObject();
    }

    /// <summary>The next event as <c>TYPE name</c>; <c>end</c> at the end of the stream.</summary>
    public async Task<string> NextTextAsync()
    {
        var next = await NextAsync();
        return next is null ? "end" : $"{next["type"]} {next["object"]!["metadata"]?["name"]}".TrimEnd();
    }

    /// <summary>The next event that is no bookmark: a server may send those whenever it likes.</summary>
    public async Task<JsonObject> NextChangeAsync()
    {
        while (true)
        {
            var next = await NextAsync() ?? throw new InvalidOperationException("The watch ended before the event that the test waits for.");
            if (next["type"]!.ToString() != "BOOKMARK")
            {
                return next;
            }
        }
    }

    public void Dispose()
    {
        reader.Dispose();
        response.Dispose();
    }
}
