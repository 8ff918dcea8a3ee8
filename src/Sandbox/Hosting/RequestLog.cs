using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GovernedFinetune.Sandbox.Hosting;

/// <summary>One request that a service answered.</summary>
/// <param name="Time">When the answer began.</param>
/// <param name="Began">When the request arrived.</param>
/// <param name="Service"><c>kubernetes</c>, <c>catalog</c> or <c>aws</c>.</param>
/// <param name="Operation">The service's own name of the call, such as <c>s3:GetObject</c> or <c>temporary-table-credentials</c>.</param>
/// <param name="Principal">Who asked, as the service knows it; empty when nobody was authenticated.</param>
/// <param name="Resource">What was asked for: an S3 URI, a securable's full name, an object's namespace/name.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">HTTP path, without the query.</param>
/// <param name="Status">HTTP status of the answer.</param>
/// <param name="Error">The service's error code, when it refused.</param>
/// <param name="UserAgent">The client, as it calls itself.</param>
public sealed record RequestRecord(
    DateTimeOffset Time,
    DateTimeOffset Began,
    string Service,
    string Operation,
    string Principal,
    string Resource,
    string Method,
    string Path,
    int Status,
    string? Error,
    string? UserAgent);

/// <summary>
/// Every request as one JSON line, on disk for other processes and in memory for tests. A line is on disk before its
/// caller sees the first byte of the answer, so "no such request was made" can be proved by reading the file.
/// </summary>
public sealed class RequestLog : IDisposable
{
    private const int Kept = 50_000;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,

        // A line is read as JSON and by people, never by a browser.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly Lock _gate = new();
    private readonly Queue<RequestRecord> _recent = new();
    private readonly StreamWriter _writer;

    /// <summary>Opens (and empties) the log at <paramref name="path"/>.</summary>
    public RequestLog(string path)
    {
        var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read);
        _writer = new StreamWriter(stream) { AutoFlush = true };
    }

    /// <summary>Adds one request.</summary>
    public void Add(RequestRecord record)
    {
        var line = JsonSerializer.Serialize(record, Json);
        lock (_gate)
        {
            _writer.WriteLine(line);
            _recent.Enqueue(record);
            if (_recent.Count > Kept)
            {
                _ = _recent.Dequeue();
            }
        }
    }

    /// <summary>The last requests, oldest first (at most 50,000).</summary>
    public IReadOnlyList<RequestRecord> Snapshot()
    {
        lock (_gate)
        {
            return [.. _recent];
        }
    }

    /// <inheritdoc />
    public void Dispose() => _writer.Dispose();
}
